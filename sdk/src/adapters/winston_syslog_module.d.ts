declare module 'winston-syslog' {
  const exported: unknown;
  export default exported;
}
