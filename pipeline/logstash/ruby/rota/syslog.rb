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
        add_header(doc, frame)
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

    # `log.syslog.*` and `log.level` from the header.
    def add_header(doc, frame)
      syslog = {}
      log = Document.child(doc, 'log')
      priority = Text.whole(frame['pri'])
      if priority && priority < 192
        severity = priority % 8
        facility = priority / 8
        syslog['priority'] = priority
        syslog['severity'] = { 'code' => severity, 'name' => SEVERITIES[severity] }
        syslog['facility'] = { 'code' => facility, 'name' => FACILITIES[facility] }
        log['level'] = SEVERITIES[severity]
      end
      { 'appname' => 'app', 'procid' => 'pid', 'msgid' => 'mid', 'hostname' => 'h' }.each do |field, part|
        Document.put(syslog, field, Text.given(frame[part]))
      end
      data = (frame.structured_data || {}).reject { |id, _| id.start_with?('rota@') }
      syslog['structured_data'] = data unless data.empty?
      log['syslog'] = syslog
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
