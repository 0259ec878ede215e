# What may stand behind a `combined` line. Formats differ; each value is taken for what it can only be.
module Rota
  module Extras
    NAMES = {
      'rt' => :duration, 'request_time' => :duration,
      'urt' => 'upstream_response_time', 'upstream_response_time' => 'upstream_response_time',
      'uct' => 'upstream_connect_time', 'upstream_connect_time' => 'upstream_connect_time',
      'uht' => 'upstream_header_time', 'upstream_header_time' => 'upstream_header_time',
      'ua' => 'upstream_addr', 'upstream' => 'upstream_addr', 'upstream_addr' => 'upstream_addr',
      'us' => 'upstream_status', 'upstream_status' => 'upstream_status',
      'id' => :request_id, 'rid' => :request_id, 'req_id' => :request_id, 'request_id' => :request_id,
      'host' => :domain, 'xff' => :forwarded_for, 'http_x_forwarded_for' => :forwarded_for,
      'server' => :server, 'service' => :service, 'service_version' => :service_version,
      'environment' => :environment, 'traceparent' => :traceparent
    }.freeze
    TOKEN = /\G\s*(?:([A-Za-z_][\w.-]*)=)?(?:"((?:[^"\\]|\\.)*)"|(\S+(?:(?<=,) [^\s"]+)*))/m

    module_function

    def read(text, microseconds)
      found = {}
      at = 0
      while (token = TOKEN.match(text, at))
        at = token.end(0)
        value = token[2] || token[3]
        next if Text.given(value).nil?
        token[1] ? take_named(found, token[1], value) : take(found, value, !token[2].nil?, microseconds)
      end
      found
    end

    def take_named(found, name, value)
      case (key = NAMES[name])
      when nil then (found[:named] ||= {})[name] = value
      when :duration then found[key] = Text.nanoseconds(value)
      else found[key] = value
      end
    end

    def take(found, value, quoted, microseconds)
      if (pid = /\A<(\d{1,10})>\z/.match(value)) then found[:pid] = pid[1].to_i
      elsif !quoted && value =~ /\A\d+\.\d+\z/ then take_seconds(found, value)
      elsif !quoted && microseconds && Text.whole(value) && found[:duration].nil?
        found[:duration] = value.to_i * 1000
      elsif value.split(',', -1).all? { |one| Http.ip?(one.strip) } then found[:forwarded_for] ||= value
      elsif value.split(', ', -1).all? { |one| upstream?(one) } then found['upstream_addr'] ||= value
      elsif !quoted && value =~ /\A(-|\d+\.\d+)(, (-|\d+\.\d+))+\z/ then found['upstream_response_time'] ||= value
      elsif !quoted && value =~ /\A\d{3}(, \d{3})+\z/ then found['upstream_status'] ||= value
      elsif request_id?(value) then found[:request_id] ||= value
      else (found[:unknown] ||= []) << value
      end
    end

    def take_seconds(found, value)
      if found[:duration].nil? then found[:duration] = Text.nanoseconds(value)
      else found['upstream_response_time'] ||= value
      end
    end

    def upstream?(value)
      value =~ /\A(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\]):\d{1,5}\z/i || value.start_with?('unix:/')
    end

    # A UUID, or 16 hexadecimal digits and more: a shorter word may be anything.
    def request_id?(value)
      value =~ /\A[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\z/i || value =~ /\A[0-9a-f]{16,64}\z/i
    end
  end
end
