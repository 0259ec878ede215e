# Lines of nginx's error log. Its times are local; the zone is the agent's.
module Rota
  module NginxError
    # What nginx says about its upstreams, for pool events.
    ACTIONS = [
      # Only a warning that memory did not suffice.
      ['is buffered to a temporary file', nil],
      ['upstream server temporarily disabled', 'upstream_disabled'],
      ['no live upstreams', 'no_live_upstreams'],
      ['upstream timed out', 'upstream_timeout'],
      ['while connecting to upstream', 'upstream_connect_failed'],
      ['while SSL handshaking to upstream', 'upstream_connect_failed'],
      ['while reading response header from upstream', 'upstream_read_failed'],
      ['while reading upstream', 'upstream_read_failed'],
      ['while sending request to upstream', 'upstream_send_failed'],
    ].freeze

    module_function

    def document(frame, parsed, id)
      timestamp = Times.plain(parsed['date'], parsed['time'], Times.offset_of(frame['ts']))
      return nil if timestamp.nil?
      doc = Document.start(frame, 'nginx.error', id, timestamp, 'frontend')
      message, context = split_context(parsed['message'], parsed['context'] && Text.trim_end(parsed['context']))
      doc['message'] = message
      Document.child(doc, 'log')['level'] = parsed['level']
      doc['event'].merge!('kind' => 'event', 'category' => ['web'], 'type' => ['error'], 'module' => 'nginx')
      action = ACTIONS.find { |words, _| message.include?(words) }
      Document.put(doc['event'], 'action', action && action[1])
      doc['process'] = {}
      Document.put(doc['process'], 'pid', Text.whole(parsed['pid']))
      tid = Text.whole(parsed['tid'])
      doc['process']['thread'] = { 'id' => tid } if tid
      add_nginx(doc, parsed, message)
      add_context(doc, read_context(context)) if context
      doc
    end

    # What nginx writes behind `, client: `: an address, the server's names without a quote, then the quoted members.
    OWN_CONTEXT = /\A(unix:|[0-9A-Fa-f.:]+)(, server: [^"]*)?(, request: "|, upstream: "|, host: "|\z)/

    # A message may hold `, client: ` itself: FastCGI's stderr, a file's name that a visitor asked for. nginx's own stands
    # outside of quotes; where quotes do not tell, the first that has its form.
    def split_context(message, context)
      return [message, nil] if context.nil?
      mark = ', client: '
      text = message + mark + context
      first = nil
      at = message.length
      while at
        if text[(at + mark.length)..-1] =~ OWN_CONTEXT
          first ||= at
          return [text[0, at], text[(at + mark.length)..-1]] if text[0, at].count('"').even?
        end
        at = text.index(mark, at + 1)
      end
      first ? [text[0, first], text[(first + mark.length)..-1]] : [message, context]
    end

    def add_nginx(doc, parsed, message)
      error = {}
      Document.put(error, 'connection_id', Text.whole(parsed['connection']))
      # `connect() failed (111: Connection refused)`: the system's error number.
      number = /\((\d{1,5}): [^)]*\)/.match(message)
      Document.put(error, 'errno', number && number[1].to_i)
      doc['nginx'] = { 'error' => error } unless error.empty?
    end

    # `<client>, server: …, request: "…", subrequest: "…", upstream: "…", host: "…", referrer: "…"`, in this order. From
    # the end: a request may hold anything; what stands last was written last.
    def read_context(text)
      found = {}
      rest = text
      %w[referrer host upstream subrequest request].each do |name|
        mark = %(, #{name}: ")
        at = name == 'request' ? rest.index(mark) : rest.rindex(mark)
        next if at.nil? || !rest.end_with?('"')
        found[name] = rest[(at + mark.length)..-2] || ''
        rest = rest[0, at]
      end
      client, server, name = rest.partition(', server: ')
      found['client'] = client
      found['server'] = name unless server.empty?
      found
    end

    def add_context(doc, context)
      client = context['client']
      Http.add_client(doc, Http.ip?(client) ? client : Text.given(client.split(' ', 2).first), nil)
      domain = Text.given(context['host'])
      request = context['request'] ? Http.request_line(context['request']) : {}
      if request[:target] then doc['url'] = Http.url(request[:target], request[:method], domain)
      elsif domain then Http.authority(Document.child(doc, 'url'), domain)
      end
      fields = {}
      Document.put(fields, 'method', request[:method])
      Document.put(fields, 'referrer', Text.given(context['referrer']))
      doc['http'] = { 'request' => fields } unless fields.empty?
      Document.child(doc, 'http')['version'] = request[:version] if request[:version]
      Document.put(Document.child(doc, 'rota'), 'request_line', request[:malformed])
      server = Text.given(context['server'])
      doc['server'] = { 'domain' => server } if server && server != '_'
      add_upstream(doc, context['upstream']) if context['upstream']
    end

    # `http://127.0.0.1:8021/path`, `fastcgi://unix:/run/app.sock:`; without a live server the upstream's name.
    def add_upstream(doc, upstream)
      found = %r{\A[a-z]+://(unix:[^:]+|\[[^\]]+\](?::\d+)?|[^/]+)}.match(upstream)
      return unless found
      address = found[1]
      rota = Document.child(doc, 'rota')
      if address.start_with?('unix:') || address =~ /:\d{1,5}\z/ then rota['upstream'] = { 'address' => address }
      else rota['pool'] = address
      end
    end
  end
end
