import { DARK_THEME, LIGHT_THEME, type PartialTheme, type Theme } from '@elastic/charts';
import { EUI_CHARTS_THEME_DARK, EUI_CHARTS_THEME_LIGHT } from '@elastic/eui/dist/eui_charts_theme';
import { useMemo } from 'react';
import { useRotaTheme } from '../theme/use_rota_theme';

/** elastic-charts' theme in EUI's colours, with bars that keep their colour however thin they are. */
export function useChartTheme(bars: number, topMargin: number): { baseTheme: Theme; theme: PartialTheme[] } {
  const { dark, panel } = useRotaTheme();
  return useMemo(() => {
    const ours: PartialTheme = {
      // Texts on bars take their contrast from the fallback.
      background: { color: 'transparent', fallbackColor: panel },
      chartMargins: { top: topMargin, bottom: 0, left: 0, right: 4 },
      chartPaddings: { top: 0, bottom: 0, left: 0, right: 0 },
      scales: { barsPadding: 0.12 },
      barSeriesStyle: { rectBorder: { visible: bars <= 130, stroke: panel, strokeWidth: bars > 80 ? 0.5 : 1 } },
    };
    const eui = dark ? EUI_CHARTS_THEME_DARK : EUI_CHARTS_THEME_LIGHT;
    return { baseTheme: dark ? DARK_THEME : LIGHT_THEME, theme: [ours, eui.theme as PartialTheme] };
  }, [dark, panel, bars, topMargin]);
}
