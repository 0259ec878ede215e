import { EuiContextMenuItem, EuiContextMenuPanel, EuiHeaderLink, EuiHeaderLinks, EuiPopover } from '@elastic/eui';
import React, { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { FEATURE, RULE_TYPE } from '../../common/alerting';
import { useServices } from '../app/services';
import { kibanaContextProvider } from '../kibana/kibana_react';
import { SUBJECTS } from '../test_subjects';

const RULES = '/insightsAndAlerting/triggersActions/rules';

/** "Alerts" in Kibana's header: makes a rule on the spot, leads to all of them. Nothing where Kibana has no alerting. */
export function AlertMenu() {
  const { core, plugins, setHeaderActionMenu } = useServices();
  const [place, setPlace] = useState<HTMLElement | null>(null);
  const [open, setOpen] = useState(false);
  const [creating, setCreating] = useState(false);
  const { triggersActionsUi } = plugins;
  const allowed = core.application.capabilities.management?.['insightsAndAlerting']?.['triggersActions'] === true;
  useEffect(() => {
    if (!triggersActionsUi || !allowed) return undefined;
    setHeaderActionMenu?.((element) => {
      setPlace(element);
      return () => setPlace(null);
    });
    return () => setHeaderActionMenu?.(undefined);
  }, [triggersActionsUi, allowed, setHeaderActionMenu]);
  if (!place || !triggersActionsUi) return null;
  const create = () => {
    setOpen(false);
    setCreating(true);
  };
  const button = (
    <EuiHeaderLink
      iconType="arrowDown"
      iconSide="right"
      onClick={() => setOpen(!open)}
      data-test-subj={SUBJECTS.alertMenu}
    >
      Alerts
    </EuiHeaderLink>
  );
  return (
    <>
      {createPortal(
        <EuiHeaderLinks aria-label="Rota's alerts">
          <EuiPopover button={button} isOpen={open} closePopover={() => setOpen(false)} panelPaddingSize="none">
            <EuiContextMenuPanel
              items={[
                <EuiContextMenuItem key="create" icon="bell" onClick={create} data-test-subj={SUBJECTS.alertCreate}>
                  Create an alert rule
                </EuiContextMenuItem>,
                <EuiContextMenuItem
                  key="manage"
                  icon="tableOfContents"
                  href={core.application.getUrlForApp('management', { path: RULES })}
                >
                  Manage rules
                </EuiContextMenuItem>,
              ]}
            />
          </EuiPopover>
        </EuiHeaderLinks>,
        place,
      )}
      {creating && <NewRule onClose={() => setCreating(false)} />}
    </>
  );
}

/** Kibana's own form, which finds Kibana's services in a context, not in its properties. */
function NewRule({ onClose }: { onClose(): void }) {
  const { core, plugins } = useServices();
  const [Context] = useState(kibanaContextProvider);
  const form = plugins.triggersActionsUi?.getAddRuleFlyout({
    consumer: FEATURE,
    ruleTypeId: RULE_TYPE,
    canChangeTrigger: false,
    onClose,
  });
  return <Context services={{ ...core, ...plugins }}>{form}</Context>;
}
