require 'json'

# One message as it comes in: rsyslog's JSON frame (pipeline/rsyslog/to_logstash.conf), or a bare RFC 5424 line.
# All of its text is Latin-1, one character a byte, until `text` reads it.
module Rota
  class Frame
    RFC5424 = /\A(?:\d{1,9} )?<(?<pri>\d{1,3})>1 (?<ts>\S+) (?<h>\S+) (?<app>\S+) (?<pid>\S+) (?<mid>\S+) (?<sd>-|(?:\[(?:[^"\]]|"(?:[^"\\]|\\.)*")*\])+)(?: (?<msg>.*))?\z/m
    PARTS = %w[in id d h from ts rcv pri app pid mid ver sd].freeze

    # What rsyslog's own messages and counters come by.
    OWN_INPUTS = %w[rsyslogd impstats].freeze

    attr_reader :header, :latin1, :agent, :structured_data

    # address: who handed the line over.
    def self.read(line, received, address)
      header = line.start_with?('{"in":') ? framed(line) : bare(line, received, address)
      return nil if header.nil?
      header = header.merge('in' => 'logstash', 'from' => address) if line.start_with?('{') && !rsyslog?(address)
      new(header)
    end

    # With a table of senders a frame that names another sender counts only from rsyslog.
    def self.rsyslog?(address)
      return true if Settings::SENDERS.nil?
      plain = Senders.plain(address)
      !plain.nil? && Settings::RSYSLOG.any? { |network| network.family == plain.family && network.include?(plain) }
    end

    # rsyslog cuts what is longer than its ROTA_MAX_MESSAGE; the message stands last in the frame, so it alone is short.
    def self.framed(line)
      line = line.sub(/\\(?:u\h{0,3})?\z/, '') + '"}' unless line.end_with?('"}')
      found = JSON.parse(line)
      found.is_a?(Hash) ? found : nil
    rescue JSON::ParserError
      nil
    end

    def self.bare(line, received, address)
      found = RFC5424.match(line.chomp("\r"))
      return nil unless found
      header = { 'in' => 'logstash', 'id' => '', 'd' => '', 'from' => address, 'rcv' => received, 'ver' => '1' }
      found.names.each { |name| header[name] = found[name] || '' }
      header
    end

    def initialize(header)
      @latin1 = header['msg'].to_s
      @header = {}
      PARTS.each { |name| @header[name] = Text.read(header[name].to_s) }
      @structured_data = Text.structured_data(@header['sd'])
      element = (@structured_data || {}).find { |id, _| id.start_with?('rota@') }
      @agent = element && element[1]
    end

    def [](name)
      @header[name]
    end

    # The address that the message came from; empty for what rsyslog says itself.
    def source
      OWN_INPUTS.include?(@header['in']) ? '' : @header['from']
    end

    # What the sender says it is; `any` when only the line can tell.
    def claimed
      (@agent && @agent['dataset']) || @header['d']
    end

    def id
      from_agent = @agent && @agent['id']
      from_agent.nil? || from_agent.empty? ? @header['id'] : from_agent
    end

    # Who wrote the line, as its header says; who sent it, where there is no header or it says `-` (HAProxy's by default).
    def host
      header? && @header['h'] != '-' ? @header['h'] : @header['from']
    end

    # A bare line has no syslog header.
    def header?
      @header['in'] != 'tcp_raw'
    end

    def utf8?
      return @utf8 if defined?(@utf8)
      @utf8 = Text.utf8?(@latin1)
    end

    def size
      @latin1.length
    end

    def bytes
      Text.bytes(@latin1)
    end

    def text
      Text.read(@latin1)
    end

    # The first 64 KiB, without half a character at the end.
    def cut!
      return if size <= Settings::MAX_BYTES
      ending = Settings::MAX_BYTES
      ending -= 1 while ending > 0 && utf8? && @latin1[ending].ord & 0xc0 == 0x80
      @latin1 = @latin1[0, ending]
    end
  end
end
