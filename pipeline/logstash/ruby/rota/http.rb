require 'ipaddr'
require 'resolv'

# ECS of one HTTP request, whichever server wrote the line.
module Rota
  module Http
    extend Document

    module_function

    def ip?(text)
      return true if text =~ Resolv::IPv4::Regex
      address = text.sub(/%[0-9A-Za-z-]+\z/, '')
      return false unless address =~ Resolv::IPv6::Regex
      IPAddr.new(address).ipv6?
    rescue ArgumentError
      false
    end

    # `METHOD target HTTP/x`, also HTTP/0.9's `GET /`. A target may hold spaces if sent so.
    def request_line(text)
      method, _, rest = text.partition(' ')
      if method =~ /\A[A-Z][A-Z_-]{0,31}\z/
        target, found, version = rest.rpartition(' HTTP/')
        return { method: method, target: target, version: version } if !target.empty? && version =~ /\A\d(\.\d)?\z/
        return { method: method, target: rest } if !rest.empty? && !rest.include?(' ')
      end
      text.empty? || text == '-' ? {} : { malformed: text }
    end

    # `url.*` of a target: origin form, absolute form, `host:port` of CONNECT, or `*`.
    def url(target, method, domain)
      url = { 'original' => target }
      rest = target
      if (absolute = %r{\A([a-zA-Z][a-zA-Z0-9+.-]*)://([^/?#]*)}.match(target))
        url['scheme'] = absolute[1].downcase
        authority(url, absolute[2])
        rest = absolute.post_match
        rest = '/' if rest.empty?
      elsif method == 'CONNECT'
        authority(url, target)
        return url
      end
      rest, hash, fragment = rest.partition('#')
      url['fragment'] = fragment unless hash.empty?
      path, question, query = rest.partition('?')
      url['query'] = query unless question.empty?
      url['path'] = path
      extension = /\.([A-Za-z0-9]{1,10})\z/.match(path.rpartition('/').last)
      url['extension'] = extension[1] if extension
      authority(url, domain) if domain && !url.key?('domain')
      url
    end

    # `host`, `host:port`, `[v6]:port`; a user and password before the last `@` belong to neither.
    def authority(url, text)
      found = /\A(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?\z/.match(text.rpartition('@').last)
      return unless found
      url['domain'] = found[1] unless found[1].empty?
      url['port'] = found[2].to_i if found[2]
    end

    def add_client(doc, address, port)
      return if address.nil?
      fields = { 'address' => address }
      fields['ip'] = address if ip?(address)
      fields['port'] = port if port
      doc['source'] = fields
      doc['client'] = fields.dup
    end

    # The first address of an X-Forwarded-For list; anyone may have written it.
    def forwarded_ip(list)
      first = Text.given(list).to_s.split(',').first.to_s.strip
      ip?(first) ? first : nil
    end

    def outcome(status)
      return 'unknown' if status.nil? || status < 100
      status >= 400 ? 'failure' : 'success'
    end

    # W3C Trace Context: version-trace_id-parent_id-flags.
    def trace_id(traceparent)
      found = /\A[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.match(traceparent.to_s)
      found && found[1] != '0' * 32 ? found[1] : nil
    end

    # access: what the line says; a member that is nil is "not said".
    def document(frame, access)
      doc = Document.start(frame, access[:dataset], access[:id], access[:timestamp], access[:tier])
      request = access[:request]
      event = doc['event']
      event.merge!('kind' => 'event', 'category' => ['web'], 'type' => ['access'], 'module' => access[:module],
                   'outcome' => outcome(access[:status]))
      Document.put(event, 'duration', access[:duration])
      add_client(doc, access[:client], access[:client_port])
      doc['user'] = { 'name' => access[:user] } if access[:user]
      doc['http'] = http(access)
      add_url(doc, access)
      if request[:malformed]
        Document.child(doc, 'rota')['request_line'] = request[:malformed]
        Document.add_tag(doc, 'malformed_request')
      end
      doc['user_agent'] = { 'original' => access[:agent] } if access[:agent]
      doc['process'] = { 'pid' => access[:pid] } if access[:pid]
      Document.add_tag(doc, 'health_check') if probe?(access, doc)
      doc
    end

    def add_url(doc, access)
      request = access[:request]
      if request[:target]
        doc['url'] = url(request[:target], request[:method], access[:domain])
      elsif access[:domain]
        doc['url'] = { 'domain' => access[:domain] }
      end
      doc['url']['scheme'] ||= access[:scheme] if access[:scheme] && doc['url']
    end

    def http(access)
      request = {}
      Document.put(request, 'id', access[:request_id])
      Document.put(request, 'method', access[:request][:method])
      Document.put(request, 'referrer', access[:referrer])
      response = {}
      Document.put(response, 'status_code', access[:status])
      response['body'] = { 'bytes' => access[:body_bytes] } if access[:body_bytes]
      fields = {}
      fields['request'] = request unless request.empty?
      fields['response'] = response unless response.empty?
      Document.put(fields, 'version', access[:request][:version])
      fields
    end

    # All bytes of the answer and of the request, heads included.
    def transferred(doc, sent, received)
      http = doc['http']
      http['response'] = (http['response'] || {}).merge('bytes' => sent) if sent
      http['request'] = (http['request'] || {}).merge('bytes' => received) if received
    end

    # [address, forwarded]: who asked. A frontend passes probes on to its webapps and adds the address that it saw; a visitor's
    # request brings one more. What stands before the last entry, and what a frontend did not believe, anyone may have written.
    def asker(access)
      hops = access[:forwarded_for].nil? ? [] : access[:forwarded_for].split(',', -1)
      client = access[:client]
      peer = access[:peer] || client
      return [hops.empty? ? peer : hops.last.strip, hops.length > 1] if access[:tier] == 'webapp'
      return [peer, false] if hops.empty?
      [client == peer ? nil : client, true]
    end

    # A balancer's probe: by its User-Agent, from the sources that are set or from the balancer itself; without one path, method and
    # source must fit, and nothing forwarded it.
    def probe?(access, doc)
      return false if access[:agent_not_logged]
      address, forwarded = asker(access)
      agent = access[:agent]
      if agent
        return false unless address && Settings::HEALTH_AGENTS.any? { |one| agent.include?(one) }
        return source?(address) || (!Settings::SENDERS.nil? && Settings::SENDERS.balancer?(address))
      end
      path = doc['url'] && doc['url']['path']
      return false if forwarded || path.nil? || !Settings::HEALTH_PATHS.include?(path)
      return false unless Settings::HEALTH_METHODS.include?(access[:request][:method])
      Settings::HEALTH_SOURCES.empty? || source?(address)
    end

    def source?(address)
      plain = Senders.plain(address)
      !plain.nil? && Settings::HEALTH_SOURCES.any? { |network| network.family == plain.family && network.include?(plain) }
    end
  end
end
