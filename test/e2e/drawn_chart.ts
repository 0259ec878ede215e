import { expect, type Locator, type Page } from '@playwright/test';

/** Of elastic-charts' debug state, what the specs read. */
interface DebugState {
  bars?: { bars: { x: number; y: number | null }[] }[];
}

interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A bar's foot, px above the axis. */
const FOOT_PX = 3;
/** When the chart has not followed the pointer by then, the page has moved: it is aimed at again. */
const STEP_MS = 60_000;
const AIM_MS = 600_000;

/** The page's charts write what they have drawn into the DOM (public/charts/drawn.ts). To be run before the page loads. */
export const letChartsTell = () => void Object.assign(globalThis, { _echDebugStateFlag: true });

/**
 * A bar chart over time, by what it says it has drawn: its bars, the band under the pointer and that band's time. So a
 * spec aims at a bar or a moment, wherever fonts, window and browser have put it.
 */
export class DrawnChart {
  private readonly page: Page;

  constructor(private readonly panel: Locator) {
    this.page = panel.page();
  }

  /** The times (ms since 1970) of all bars, the highest first. */
  async bars(): Promise<number[]> {
    const sums = await this.heights();
    return [...sums].sort((a, b) => b[1] - a[1]).map(([time]) => time);
  }

  /** Clicks on the foot of the bar that begins at this time. */
  async click(time: number): Promise<void> {
    await expect(async () => {
      const band = await this.pointAt(time);
      await this.page.mouse.move(band.x + band.width / 2, band.y + band.height - FOOT_PX);
      await expect.poll(() => this.cursor(), { timeout: STEP_MS }).toBe('pointer');
    }).toPass({ timeout: AIM_MS });
    await this.page.mouse.down();
    await this.page.mouse.up();
  }

  /** Drags from the bar that begins at `from` to the one that begins at `to`. */
  async drag(from: number, to: number): Promise<void> {
    const end = await this.pointAt(to);
    await this.pointAt(from);
    await this.page.mouse.down();
    await this.page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 6 });
    // The chart draws no band while it is dragged over.
    await expect(this.band).toHaveCount(0);
    await this.page.mouse.up();
  }

  private get band(): Locator {
    return this.panel.locator('.echCrosshair__cursor rect');
  }

  /** What a click would do, in the chart's own words: `pointer` over a bar that leads somewhere. */
  private cursor(): Promise<string> {
    return this.panel.locator('.echChartPointerContainer').evaluate((element) => element.style.cursor);
  }

  /** The sum of all groups' values at each time. */
  private async heights(): Promise<Map<number, number>> {
    const drawn = this.panel.locator('.echChartStatus[data-ech-render-complete=true]').first();
    const { bars = [] } = JSON.parse((await drawn.getAttribute('data-ech-debug-state')) ?? '{}') as DebugState;
    const sums = new Map<number, number>();
    for (const group of bars) for (const { x, y } of group.bars) sums.set(x, (sums.get(x) ?? 0) + (y ?? 0));
    return sums;
  }

  /** Moves the pointer into the middle of a bar's band, and gives the band: px of the window, over the whole plot. */
  private async pointAt(time: number): Promise<Rect> {
    const times = [...(await this.heights()).keys()].sort((a, b) => a - b);
    const interval = Math.min(...times.slice(1).map((next, i) => next - times[i]!));
    const canvas = this.panel.locator('canvas').first();
    let band: Rect | undefined;
    await expect(async () => {
      await canvas.scrollIntoViewIfNeeded();
      const plot = (await canvas.boundingBox())!;
      const here = await this.under(plot.x + plot.width / 2, plot.y + plot.height / 2);
      // All bands are equally wide.
      const x = here.band.x + here.band.width * (0.5 + (time - here.time) / interval);
      const there = await this.under(x, here.band.y + here.band.height / 2);
      expect(there.time).toBe(time);
      band = there.band;
    }).toPass({ timeout: AIM_MS });
    return band!;
  }

  /**
   * Moves the pointer there, and gives the band and the time that the chart then has under it. The page tells the time a
   * moment later, and only when it changes: so it is taken away first.
   */
  private async under(x: number, y: number): Promise<{ band: Rect; time: number }> {
    const told = this.page.locator('body');
    await this.page.mouse.move(0, 0);
    await expect(told).not.toHaveAttribute('data-pointer-time', /./);
    await this.page.mouse.move(x, y);
    await expect(told).toHaveAttribute('data-pointer-time', /./, { timeout: STEP_MS });
    const time = Number(await told.getAttribute('data-pointer-time'));
    const band = (await this.band.first().boundingBox({ timeout: STEP_MS }))!;
    return { band, time };
  }
}
