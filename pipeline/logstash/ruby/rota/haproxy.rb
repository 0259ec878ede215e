# Lines of HAProxy: a request (`httplog`, with or without Rota's part), what it says of its servers, other text.
module Rota
  module Haproxy
    module_function

    def document(frame, parsed, id)
      return request(frame, parsed, id) if parsed['termination']
      doc = message(frame, id)
      Document.put(doc['event'], 'action', action(parsed))
      Document.put(doc['rota'], 'pool', parsed['backend'])
      haproxy = {}
      Document.put(haproxy, 'backend_name', parsed['backend'])
      Document.put(haproxy, 'server_name', parsed['server'])
      doc['haproxy'] = haproxy
      Document.add_tag(doc, 'health_check') if parsed['result']
      add_reason(doc, parsed['detail'].to_s)
      doc
    end

    # Free text: what HAProxy says and no rule knows.
    def message(frame, id)
      doc = Document.start(frame, 'haproxy.log', id, nil, 'lb')
      doc['message'] = frame.text
      doc['event'].merge!('kind' => 'event', 'category' => ['network'], 'type' => ['info'], 'module' => 'haproxy')
      Syslog.add_level(doc, frame)
      doc
    end

    def action(parsed)
      state, result = parsed['state'], parsed['result']
      return state_action(state, parsed['detail'].to_s) if state
      return "health_check_#{result.tr(' ', '_')}" if result
      parsed['backend'] && !parsed['server'] && !parsed['detail'] ? 'no_server_available' : nil
    end

    MAINTENANCE = ' DOWN for maintenance'.freeze

    # In and out of the pool, whether by checks or by hand: `is DOWN`, `is going DOWN for maintenance`, `is UP/READY (leaving …)`.
    def state_action(state, detail)
      return 'server_up' if %w[UP UP/READY].include?(state)
      down = state == 'DOWN' || (state == 'going' && detail.start_with?(MAINTENANCE))
      down ? 'server_down' : 'server_state_changed'
    end

    # `, reason: Layer4 timeout, code: 500, info: "…", check duration: 2001ms`
    def add_reason(doc, detail)
      doc['event']['reason'] = 'maintenance' if detail.start_with?(MAINTENANCE)
      reason = /\A[^,]*, reason: (.*?)(?:, check duration: (\d+)ms|\.(?: |\z)|, status: |\z)/m.match(detail)
      return unless reason
      doc['event']['reason'] = reason[1]
      doc['event']['duration'] = reason[2].to_i * 1_000_000 if reason[2]
    end

    def request(frame, parsed, id)
      rota = parsed['rota'] ? rota_part(parsed['rota']) : {}
      local = Times.haproxy(parsed['time'], Times.offset_of(frame['ts']))
      return nil if local.nil? || parsed['status'] !~ /\A[+-]?\d+\z/
      status = parsed['status'].to_i
      address, port = split_address(parsed['client'])
      total = ms(parsed['ta'])
      doc = Http.document(
        frame,
        dataset: 'haproxy.log', module: 'haproxy', tier: 'lb', id: id,
        timestamp: rota[:time] ? Times.request_begin(local, rota[:time]) : local,
        client: address, client_port: port, request: asked(parsed), status: status > 0 ? status : nil, agent: rota[:agent], agent_not_logged: rota.empty?,
        domain: rota[:host], duration: total && total * 1_000_000, request_id: rota[:request_id]
      )
      doc['haproxy'] = fields(parsed)
      Http.transferred(doc, ms(parsed['bytes']), rota[:bytes_in])
      Document.child(doc, 'rota')['truncated'] = true if parsed['cut']
      add_behind(doc, parsed['extra']) if parsed['extra']
      doc['trace'] = { 'id' => rota[:trace] } if rota[:trace]
      add_upstream(doc, parsed, rota[:server], status)
      doc
    end

    # A line that was cut holds the method and the beginning of the target.
    def asked(parsed)
      return { malformed: '<BADREQ>' } if parsed['request'] == '<BADREQ>'
      found = Http.request_line(parsed['request'] || parsed['cut'])
      parsed['cut'].nil? || found[:target] ? found : {}
    end

    # httpslog: `<fc err>/<TLS error>/<client certificate's error>/<its authority's>/<resumed> <SNI>/<version>/<cipher>`.
    HTTPSLOG = %r{\A\S+/\S+/\S+/\S+/[01] ([^/ ]*)/([^/ ]*)/([^/ ]*)\z}

    def add_behind(doc, text)
      found = HTTPSLOG.match(text)
      if found.nil?
        Document.child(Document.child(doc, 'rota'), 'extra')['haproxy'] = text
        return
      end
      sni, version, cipher = found.captures.map { |one| Text.given(one) }
      tls = {}
      Document.put(tls, 'cipher', cipher)
      protocol, number = /\A([A-Za-z]+?)v?([\d.]+)\z/.match(version.to_s).to_a.drop(1)
      Document.put(tls, 'version_protocol', protocol && protocol.downcase)
      Document.put(tls, 'version', number)
      tls['client'] = { 'server_name' => sni } if sni
      doc['tls'] = tls unless tls.empty?
    end

    def add_upstream(doc, parsed, address, status)
      Document.put(doc['rota'], 'pool', parsed['backend'])
      return if parsed['server'].start_with?('<')
      upstream = {}
      Document.put(upstream, 'address', address)
      answered = ms(parsed['tresp'])
      # Without response headers the status is HAProxy's own.
      upstream.merge!('status_code' => status, 'duration' => answered * 1_000_000) if answered
      connected = ms(parsed['tc'])
      upstream['connect_duration'] = connected * 1_000_000 if connected
      doc['rota']['upstream'] = upstream unless upstream.empty?
    end

    # Elastic's names (Filebeat's haproxy module).
    def fields(parsed)
      fields = { 'mode' => 'HTTP' }
      Document.put(fields, 'frontend_name', parsed['frontend'].sub(/~\z/, ''))
      Document.put(fields, 'backend_name', parsed['backend'])
      Document.put(fields, 'server_name', parsed['server'])
      Document.put(fields, 'bytes_read', ms(parsed['bytes']))
      Document.put(fields, 'termination_state', parsed['termination'])
      Document.put(fields, 'total_waiting_time_ms', ms(parsed['tw']))
      Document.put(fields, 'connection_wait_time_ms', ms(parsed['tc']))
      Document.put(fields, 'server_queue', Text.whole(parsed['srvqueue']))
      Document.put(fields, 'backend_queue', Text.whole(parsed['beqqueue']))
      connections = {}
      { 'active' => 'actconn', 'frontend' => 'feconn', 'backend' => 'beconn', 'server' => 'srvconn', 'retries' => 'retries' }
        .each { |name, part| Document.put(connections, name, part == 'retries' ? ms(parsed[part]) : Text.whole(parsed[part])) }
      fields['connections'] = connections
      fields['http'] = captures(parsed)
      fields
    end

    def captures(parsed)
      request = { 'raw_request_line' => parsed['request'] || parsed['cut'] }
      Document.put(request, 'time_wait_ms', ms(parsed['tr']))
      Document.put(request, 'time_wait_without_data_ms', ms(parsed['tresp']))
      Document.put(request, 'captured_cookie', Text.given(parsed['req_cookie']))
      Document.put(request, 'captured_headers', headers(parsed['req_headers']))
      response = {}
      Document.put(response, 'captured_cookie', Text.given(parsed['res_cookie']))
      Document.put(response, 'captured_headers', headers(parsed['res_headers']))
      response.empty? ? { 'request' => request } : { 'request' => request, 'response' => response }
    end

    def headers(text)
      text.nil? || text.empty? ? nil : text.split('|', -1)
    end

    # HAProxy writes -1 for a phase that was not reached, and + before what went on after the line.
    def ms(text)
      Text.whole(text && text.sub('+', ''))
    end

    def split_address(text)
      address, colon, port = text.rpartition(':')
      return [Text.given(text), nil] if colon.empty?
      [address == 'unix' ? nil : Text.given(address), Text.whole(port)]
    end

    # ` rota=<id> <s.ms> <server address> <bytes in> "<host>" "<traceparent>" "<agent>"` (haproxy.cfg); texts as in JSON.
    # A long agent is cut by the ring's `maxlen`: the rest counts all the same.
    def rota_part(text)
      found = /\A(\S+) (\d+\.\d+) (\S+) (\d+) (".*)\z/m.match(text)
      return {} unless found
      host, traceparent, agent = found[5].scan(/"(?:[^"\\]|\\.)*(?:"|\\?\z)/m).map { |one| json_text(one) }
      server = found[3] =~ /:\d+\z/ && !found[3].start_with?('-') ? found[3] : nil
      {
        request_id: Text.given(found[1]), time: Times.epoch(found[2]), server: server, bytes_in: Text.whole(found[4]),
        host: Text.given(host), trace: Http.trace_id(traceparent), agent: Text.given(agent)
      }
    end

    def json_text(quoted)
      quoted = quoted.sub(/\\(u\h{0,3})?\z/, '') + '"' unless quoted =~ /\A"(?:[^"\\]|\\.)*"\z/m
      JSON.parse("[#{quoted}]").first.to_s
    rescue JSON::ParserError
      quoted[1..-2]
    end
  end
end
