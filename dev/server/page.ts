/** Kibana's own policy, so that what would be refused there is refused here. */
export const CONTENT_SECURITY_POLICY =
  "script-src 'report-sample' 'self'; worker-src 'report-sample' 'self' blob:; style-src 'report-sample' 'self' 'unsafe-inline'";

/** The page around every app path; the theme's style sheet is chosen by the cookie that the dark-mode switch sets. */
export function renderPage(darkMode: boolean, version: string, build: string): string {
  const theme = darkMode ? 'dark' : 'light';
  return `<!DOCTYPE html>
<html lang="en" data-theme="${theme}" data-version="${version}" data-assets="/assets/${build}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Rota</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/${build}/${theme}.css">
<style>
html { font-family: Inter, BlinkMacSystemFont, Helvetica, Arial, sans-serif; }
body { background: ${darkMode ? '#141519' : '#fafbfd'}; }
</style>
<meta name="eui-global"><meta name="emotion"><meta name="eui-utilities">
</head>
<body class="kbnBody">
<div id="host"></div>
<script src="/assets/${build}/shared_deps.js"></script>
<script src="/assets/${build}/host.js"></script>
</body>
</html>
`;
}
