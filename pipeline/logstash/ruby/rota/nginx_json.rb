# Lines of Rota's nginx format (pipeline/nginx/frontend.conf.template); all values are text.
module Rota
  module NginxJson
    module_function

    def line?(found)
      found['rota'] == 1 && found['msec'].is_a?(String) && found['request'].is_a?(String)
    end

    # The line's own key: a client may repeat its request id, two answers may fall into one millisecond.
    def id(frame, logged)
      parts = %w[id msec connection connection_requests].map { |name| logged[name] }
      return nil if parts.any? { |one| one.to_s.empty? } || parts[0].length > 128
      "#{parts[0]}-#{frame['h']}-#{parts[1]}-#{parts[2]}-#{parts[3]}"
    end

    def document(frame, logged, id)
      status = Text.whole(logged['status'])
      doc = Http.document(
        frame,
        dataset: 'nginx.access', module: 'nginx', tier: 'frontend', id: id,
        timestamp: Times.epoch(logged['msec'].to_s), client: Text.given(logged['remote_addr']),
        client_port: logged['peer'] == logged['remote_addr'] ? Text.whole(logged['remote_port']) : nil,
        peer: Text.given(logged['peer']), forwarded_for: Text.given(logged['forwarded_for']),
        user: Text.given(logged['remote_user']), request: Http.request_line(logged['request']),
        status: status == 0 ? nil : status, body_bytes: Text.whole(logged['body_bytes_sent']),
        referrer: Text.given(logged['referer']), agent: Text.given(logged['agent']), domain: Text.given(logged['host']),
        scheme: Text.given(logged['scheme']), duration: Text.nanoseconds(logged['request_time']),
        request_id: Text.given(logged['id']), pid: Text.whole(logged['pid'])
      )
      add_transfer(doc, logged)
      add_upstream(doc, logged)
      add_connection(doc, logged)
      trace = Http.trace_id(logged['traceparent'])
      doc['trace'] = { 'id' => trace } if trace
      forwarded = Http.forwarded_ip(logged['forwarded_for'])
      doc['network'] = { 'forwarded_ip' => forwarded } if forwarded
      doc
    end

    def add_transfer(doc, logged)
      Http.transferred(doc, Text.whole(logged['bytes_sent']), Text.whole(logged['request_length']))
      server = {}
      Document.put(server, 'address', Text.given(logged['server_addr']))
      Document.put(server, 'port', Text.whole(logged['server_port']))
      doc['server'] = server unless server.empty?
      # The client went away before the answer was complete.
      doc['event']['reason'] = 'incomplete' if logged['completion'] == ''
    end

    # Under the name that error lines have it: nginx writes no request id there, the connection is all that both know.
    def add_connection(doc, logged)
      connection = Text.whole(logged['connection'])
      doc['nginx'] = { 'error' => { 'connection_id' => connection } } if connection
    end

    def add_upstream(doc, logged)
      pool = Text.given(logged['pool'])
      Document.put(Document.child(doc, 'rota'), 'pool', pool)
      add_attempts(doc, logged, pool)
    end

    # `rota.upstream` (the last attempt) and, of more than one, `rota.attempts`.
    def add_attempts(doc, logged, pool)
      attempts = attempts(logged, pool)
      return if attempts.empty?
      rota = Document.child(doc, 'rota')
      upstream = attempts.last.reject { |name, _| name == 'n' }
      rota['upstream'] = upstream unless upstream.empty?
      rota['attempts'] = attempts if attempts.length > 1
    end

    # nginx separates servers of one upstream by `, ` and passes to another upstream by ` : `. Without a live server it
    # logs the upstream's own name as address: then there was no attempt, and only the status says so.
    def attempts(logged, pool)
      addresses, statuses, connects, headers, times = lists =
        %w[upstream_addr upstream_status upstream_connect_time upstream_header_time upstream_response_time].map do |name|
          Text.given(logged[name]) ? logged[name].split(/, | : /, -1) : []
        end
      Array.new(lists.map(&:length).max) do |at|
        attempt = { 'n' => at + 1 }
        Document.put(attempt, 'address', Text.given(addresses[at])) if addresses[at] != pool
        Document.put(attempt, 'status_code', Text.whole(statuses[at]))
        Document.put(attempt, 'duration', Text.nanoseconds(times[at]))
        Document.put(attempt, 'connect_duration', Text.nanoseconds(connects[at]))
        Document.put(attempt, 'header_duration', Text.nanoseconds(headers[at]))
        attempt
      end
    end
  end
end
