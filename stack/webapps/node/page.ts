/** The Hello World page: which host's turn it was. Text only; the host name is our own setting. */
export function helloPage(host: string, requestId: string | undefined): string {
  const hue = ([...host].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) * 47) % 360;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Hello World from ${host}</title>
<style>
  :root { color-scheme: light dark; }
  body { margin: 0; min-height: 100vh; display: grid; place-content: center; text-align: center;
         font-family: system-ui, sans-serif; border-top: .5rem solid hsl(${hue} 60% 45%); }
  h1 { font-weight: 500; margin: 0 0 .5rem; }
  strong { font-size: 2.5rem; }
  p { color: GrayText; margin: .5rem 0; }
</style>
</head>
<body>
<h1>Hello World</h1>
<strong>${host}</strong>
<p>served this turn. Reload to see the next.</p>
<p>request ${requestId ?? 'without an id'}</p>
</body>
</html>
`;
}
