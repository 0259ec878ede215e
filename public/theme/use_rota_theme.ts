import { useEuiTheme } from '@elastic/eui';
import { useMemo } from 'react';
import { STATUS_COLOURS, type StatusColours } from './colours';

export interface RotaTheme {
  dark: boolean;
  status: StatusColours;
  text: string;
  subdued: string;
  faint: string;
  border: string;
  panel: string;
  track: string;
  primary: string;
  primaryText: string;
  danger: string;
  dangerText: string;
  warning: string;
  success: string;
  successText: string;
  /** A serving host's calm ground. */
  serving: string;
}

/** EUI's theme in the words that our drawings use. */
export function useRotaTheme(): RotaTheme {
  const { euiTheme, colorMode } = useEuiTheme();
  return useMemo(() => {
    const dark = colorMode === 'DARK';
    const { colors } = euiTheme;
    return {
      dark,
      status: STATUS_COLOURS,
      text: colors.text,
      // EUI's own misses a contrast of 4.5 on dark panels by a hundredth.
      subdued: dark ? '#9599a3' : colors.subduedText,
      faint: dark ? '#535966' : '#98a2b3',
      border: colors.lightShade,
      panel: colors.emptyShade,
      track: dark ? '#25262e' : '#eef2f7',
      primary: colors.primary,
      primaryText: colors.primaryText,
      danger: colors.danger,
      dangerText: colors.dangerText,
      warning: colors.warning,
      success: colors.success,
      successText: colors.successText,
      serving: dark ? '#2c5a50' : '#bfe3d8',
    };
  }, [euiTheme, colorMode]);
}

/** The same as custom properties, for the style sheet (flyouts and popovers live outside the app's element). */
export function themeVariables(theme: RotaTheme): Record<string, string> {
  const { status, dark, ...colours } = theme;
  return Object.fromEntries([
    ...Object.entries(colours).map(([name, value]) => [`--rota-${name}`, value]),
    ...Object.entries(status).map(([name, value]) => [`--rota-${name}`, value]),
    ['--rota-tint-danger', dark ? '#3a2225' : '#fdf1ee'],
    ['--rota-tint-primary', dark ? '#1c2f42' : '#e6f1fa'],
  ]);
}
