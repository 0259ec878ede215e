// PM2: `pm2 start pm2.config.cjs`, then `pm2 reload shop` restarts worker after worker without a lost line.
module.exports = {
  apps: [
    {
      name: 'shop',
      script: './express.mjs',
      instances: 2,
      exec_mode: 'cluster',
      // PM2 sends SIGINT, then kills. More than exitTimeoutMs (3,000 ms), so that the last lines are acknowledged.
      kill_timeout: 5000,
      env: {
        PORT: '3000',
        ROTA_URL: 'relp://127.0.0.1:2514',
        ROTA_SPOOL_DIR: '/var/spool/shop',
      },
    },
  ],
};
