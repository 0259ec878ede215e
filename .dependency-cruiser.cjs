/** What may import what: `npm run lint`. Types count, too: a circle of types is a circle for who reads. */
const TESTS = '\\.test\\.tsx?$';

/** A part may import nothing of ours but what is named; its tests may use the stack. */
const part = (name, ...allowed) => ({
  name: `${name} imports ${['itself', ...allowed].join(', ')} alone`,
  severity: 'error',
  from: { path: `^${name}/`, pathNot: TESTS },
  to: {
    path: '^(common|server|public|sdk|pipeline|heat|stack|dev|scripts|bench|test)/',
    pathNot: [name, ...allowed].map((from) => `^${from}/`),
  },
});

module.exports = {
  forbidden: [
    {
      name: 'no circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    part('common'),
    part('server', 'common'),
    part('public', 'common'),
    part('pipeline', 'common'),
    part('heat', 'stack'),
    { ...part('sdk', 'common'), from: { path: '^sdk/src/', pathNot: TESTS } },
    {
      name: 'the model of a site searches nothing',
      severity: 'error',
      from: { path: '^server/(topology|delivery)/', pathNot: TESTS },
      to: { path: '^server/(elasticsearch|questions|search|routes|alerting)/' },
    },
    {
      name: 'pages import no other page',
      severity: 'error',
      from: { path: '^public/pages/([^/]+)/' },
      to: { path: '^public/pages/([^/]+)/', pathNot: '^public/pages/$1/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|dist|\\.cache)/' },
  },
};
