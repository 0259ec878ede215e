require 'ipaddr'

# Settings from the environment, the same as the indexer's (pipeline/indexer/shape/settings.ts, health_check.ts).
module Rota
  module Settings
    PROBES = 'HAProxy,Octavia,Rackspace,ELB-HealthChecker,GoogleHC,kube-probe,Consul Health Check,Rota-Health-Check,' \
             'Uptime-Kuma,Zabbix'.freeze

    def self.list(text)
      text.to_s.split(',').map(&:strip).reject(&:empty?)
    end

    def self.text(name, default)
      value = ENV[name]
      value.nil? || value.empty? ? default : value
    end

    NAMESPACE = text('ROTA_NAMESPACE', 'rota')
    ANONYMIZE = text('ROTA_ANONYMIZE', 'off')
    raise ArgumentError, 'ROTA_ANONYMIZE: use "off" or "truncate"' unless %w[off truncate].include?(ANONYMIZE)
    KEEP_ORIGINAL = text('ROTA_KEEP_ORIGINAL', 'on')
    raise ArgumentError, 'ROTA_KEEP_ORIGINAL: use "on" or "off"' unless %w[on off].include?(KEEP_ORIGINAL)
    HEALTH_AGENTS = list(ENV['ROTA_HEALTH_AGENTS'] || PROBES)
    HEALTH_PATHS = list(ENV['ROTA_HEALTH_PATHS'] || '/')
    HEALTH_METHODS = list(ENV['ROTA_HEALTH_METHODS'] || 'GET,HEAD,OPTIONS')
    HEALTH_SOURCES = list(ENV['ROTA_HEALTH_SOURCES']).map { |network| IPAddr.new(network) }
    # Who may write in whose name; nil: anyone in any.
    SENDERS = text('ROTA_SENDERS', nil) && Senders.new(ENV['ROTA_SENDERS'])
    # Whose frames are believed when they name another sender: this machine's, unless told otherwise. Without a table, anyone's.
    RSYSLOG = list(text('ROTA_LOGSTASH_RSYSLOG', '127.0.0.0/8,::1')).map { |network| IPAddr.new(network) }
    # Longer messages are cut to this many bytes and flagged.
    MAX_BYTES = 64 * 1024
  end
end
