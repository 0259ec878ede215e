# With ROTA_ANONYMIZE=truncate every address in a document's texts is shortened to its network (conceal.ts says what is not found).
module Rota
  module Conceal
    # Four dotted numbers or more: an IPv4 address, also inside something longer.
    IPV4 = /(?<![0-9])[0-9]{1,3}(?:\.[0-9]{1,3}){3,}/
    # Hexadecimal groups between colons, the last perhaps IPv4 or a port.
    COLONS = /(?<![0-9A-Za-z])[0-9A-Fa-f]{0,4}(?::(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]*)){2,}/
    # What names the site's own machines and programs, and how the pages find them; it is no visitor's address.
    OWN = %w[@timestamp agent data_stream ecs event.id host log.file log.source log.syslog.hostname observer process rota.attempts
             rota.health rota.pool rota.rsyslog rota.upstream server service].freeze

    module_function

    def mask(text)
      text = text.gsub(IPV4) { |found| found.split('.').each_with_index.map { |octet, at| at < 3 ? octet : '0' }.join('.') }
      text.gsub(COLONS) { |found| ipv6(found) }
    end

    def ipv6(found)
      # Its IPv4 part is masked already.
      return found if found =~ /\A::ffff:[0-9]+\./i
      groups = found.split(':', -1)
      return found if !found.include?('::') && groups.length < 8
      empty = groups.drop(1).index('')
      "#{groups.first(empty ? [3, empty + 1].min : 3).join(':')}::"
    end

    # Shortens every address in a document, but for the site's own.
    def document(object, prefix = '')
      object.each_key do |name|
        path = prefix + name
        object[name] = value(object[name], path) unless OWN.include?(path)
      end
    end

    def value(value, path)
      case value
      when String then mask(value)
      when Array then value.map { |one| value(one, path) }
      when Hash then document(value, "#{path}.")
      else value
      end
    end
  end
end
