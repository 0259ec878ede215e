# Plain syslog of anything, other programs' JSON in it, and rsyslog's own counters.
module Rota
  module Syslog
    SEVERITIES = %w[emergency alert critical error warning notice informational debug].freeze
    FACILITIES = %w[kernel user mail system security syslog lpr news uucp clock authpriv ftp ntp log-audit log-alert cron
                    local0 local1 local2 local3 local4 local5 local6 local7].freeze
    # Counters of rsyslog's impstats that have a field of their own.
    COUNTERS = %w[name origin size maxqsize enqueued full discarded.full discarded.nf processed failed suspended
                  suspended.duration resumed submitted].freeze

    module_function

    def document(frame, id)
      doc = Document.start(frame, 'syslog', id, Times.utc(frame['ts']), nil)
      doc['message'] = frame.text.sub(/[\r\n]+\z/, '')
      doc['event']['kind'] = 'event'
      if frame.header?
        add_level(doc, frame)
        name = Text.given(frame['app'])
        doc['process'] = { 'name' => name } if name
        pid = Text.whole(frame['pid'])
        Document.child(doc, 'process')['pid'] = pid if pid
      end
      Document.add_tag(doc, 'not_utf8') unless frame.utf8?
      doc
    end

    # Its members are kept as they are, beside syslog's own.
    def foreign(doc, found)
      text = found['message'].nil? ? found['msg'] : found['message']
      doc['message'] = text if text.is_a?(String)
      Document.child(doc, 'rota')['extra'] = found
      doc
    end

    # `log.level` of the header's severity, for a text that does not say its own.
    def add_level(doc, frame)
      priority = priority_of(frame)
      Document.child(doc, 'log')['level'] = SEVERITIES[priority % 8] if priority
    end

    def priority_of(frame)
      priority = Text.whole(frame['pri'])
      priority && priority < 192 ? priority : nil
    end

    # `log.syslog.*` from the header. A line of a file has none (its header is the agent's), nor has a bare line.
    def add_header(doc, frame, dataset)
      return if !frame.header? || dataset == 'rota.pipeline' || (frame.agent && !frame.agent['file'].to_s.empty?)
      syslog = {}
      if (priority = priority_of(frame))
        syslog['priority'] = priority
        syslog['severity'] = { 'code' => priority % 8, 'name' => SEVERITIES[priority % 8] }
        syslog['facility'] = { 'code' => priority / 8, 'name' => FACILITIES[priority / 8] }
      end
      # Between agent and server it is RFC 5424 whatever came to the agent.
      syslog['version'] = '1' if frame.agent.nil? && frame['ver'] == '1'
      { 'appname' => 'app', 'procid' => 'pid', 'msgid' => 'mid', 'hostname' => 'h' }.each do |field, part|
        Document.put(syslog, field, Text.given(frame[part]))
      end
      # The SDK's repeats what its events say themselves.
      data = (frame.structured_data || {}).reject { |id, _| id.start_with?('rota@') }
      syslog['structured_data'] = data unless data.empty? || dataset.start_with?('rota.')
      log = Document.child(doc, 'log')
      log['syslog'] = syslog if log['syslog'].nil?
    end

    # One set of counters of impstats (`format="json"`).
    def stats(frame, found, id)
      doc = Document.start(frame, 'rota.pipeline', id, Times.utc(frame['ts']), 'log')
      doc['event'].merge!('kind' => 'metric', 'module' => 'rsyslog')
      counters = {}
      others = {}
      found.each { |name, value| COUNTERS.include?(name) ? counters[name.sub('.', '_')] = value : others[name] = value }
      counters['values'] = others unless others.empty?
      doc['rota']['rsyslog'] = counters
      doc
    end
  end
end
