# Access lines of nginx (`combined`) and gunicorn (its default format), with whatever stands before and behind.
module Rota
  module Access
    module_function

    # nil when it is none after all: its time is no time, its status no status.
    def document(frame, parsed, dataset, id)
      timestamp = Times.clf(parsed['time'])
      status = Text.whole(parsed['status'])
      return nil if timestamp.nil? || status.nil? || status > 999
      gunicorn = dataset == 'gunicorn.access'
      text = lambda do |value|
        there = Text.given(value)
        there.nil? || gunicorn ? there : Text.unescape_nginx(there)
      end
      extras = parsed['extra'] ? Extras.read(parsed['extra'], gunicorn) : {}
      request = Http.request_line(parsed['request'])
      request[:target] = Text.unescape_nginx(request[:target]) if request[:target] && !gunicorn
      doc = Http.document(
        frame,
        dataset: dataset, module: gunicorn ? 'gunicorn' : 'nginx', tier: gunicorn ? 'webapp' : 'frontend',
        id: id, timestamp: timestamp, client: Text.given(parsed['addr']), forwarded_for: extras[:forwarded_for],
        user: text.call(parsed['user']), request: request,
        # nginx logs 000 when no answer was begun.
        status: status.zero? ? nil : status,
        body_bytes: Text.whole(parsed['bytes']), referrer: text.call(parsed['referer']), agent: text.call(parsed['agent']),
        domain: Text.given(parsed['host']) || extras[:domain], duration: extras[:duration],
        request_id: extras[:request_id], pid: extras[:pid]
      )
      add_extras(doc, extras)
      doc
    end

    def add_extras(doc, extras)
      NginxJson.add_attempts(doc, extras, nil)
      forwarded = Http.forwarded_ip(extras[:forwarded_for])
      doc['network'] = { 'forwarded_ip' => forwarded } if forwarded
      trace = Http.trace_id(extras[:traceparent])
      doc['trace'] = { 'id' => trace } if trace
      add_service(doc, extras)
      return unless extras[:unknown] || extras[:named]
      extra = extras[:named] || {}
      extra['access'] = extras[:unknown] if extras[:unknown]
      Document.child(doc, 'rota')['extra'] = extra
    end

    def add_service(doc, extras)
      server = /\A(.+):(\d{1,5})\z/.match(extras[:server].to_s)
      doc['server'] = { 'address' => server[1], 'port' => server[2].to_i } if server
      service = {}
      Document.put(service, 'name', extras[:service])
      Document.put(service, 'version', extras[:service_version])
      Document.put(service, 'environment', extras[:environment])
      doc['service'] = service unless service.empty?
    end
  end
end
