import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FEATURE, RULE_TYPE } from '../../common/alerting';
import { SUBJECTS } from '../../public/test_subjects';
import { openBrowser, openPage, subject } from '../support/browser';
import { kibanaApi, ok } from '../support/kibana/api';

const { urls } = inject('kibana');
const base = urls[1]!;
const NAME = 'Made in the form';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

async function openForm(): Promise<{ page: Page; errors: string[] }> {
  const { page, errors } = await openPage(browser, `${base}/app/rota/health`);
  page.setDefaultTimeout(90_000);
  // Kibana's "Your data is not secure" comes some time after the page, over the form's buttons, where the test's
  // Elasticsearch has no security.
  await page.addLocatorHandler(subject(page, 'dismissAlertButton'), (button) => button.click());
  // A click on that notice closes a menu that is open.
  const create = subject(page, SUBJECTS.alertCreate);
  await expect
    .poll(
      async () => {
        if (!(await create.isVisible())) await subject(page, SUBJECTS.alertMenu).click();
        return create.click({ timeout: 5000 }).then(
          () => true,
          () => false,
        );
      },
      { timeout: 90_000, interval: 500 },
    )
    .toBe(true);
  await subject(page, SUBJECTS.ruleForm).waitFor();
  return { page, errors };
}

describe('"Create an alert rule" in Kibana’s header', () => {
  it('opens Kibana’s own form with Rota’s parameters, and saves what stands there', async () => {
    const { page, errors } = await openForm();
    await subject(page, 'ruleNameInput').fill(NAME);
    await subject(page, SUBJECTS.ruleParam('window_min')).fill('20');
    // By the keyboard: EUI's box lies over the input that the pointer would have to meet.
    await page.getByLabel('A host serves but its log lines stopped').press('Space');
    await subject(page, 'saveRuleButton').click();
    await subject(page, 'confirmRuleSaveModal').locator('[data-test-subj=confirmModalConfirmButton]').click();
    await subject(page, 'addRuleFlyoutTitle').waitFor({ state: 'detached' });
    const found = await ok(kibanaApi(base)('GET', `/api/alerting/rules/_find?search_fields=name&search="${NAME}"`));
    const [rule] = found['data'] as { rule_type_id: string; consumer: string; params: object }[];
    expect(rule).toMatchObject({
      rule_type_id: RULE_TYPE,
      consumer: FEATURE,
      params: { window_min: 20, kinds: ['ejected', 'burst', 'uneven'], min_users_hurt: 1 },
    });
    expect(errors).toEqual([]);
    await page.close();
  });

  it('says what cannot be used', async () => {
    const { page } = await openForm();
    await subject(page, 'ruleNameInput').fill('Never saved');
    await subject(page, SUBJECTS.ruleParam('window_min')).fill('0');
    await subject(page, SUBJECTS.ruleForm).getByText('Number must be greater than or equal to 1').waitFor();
    await page.close();
  });
});
