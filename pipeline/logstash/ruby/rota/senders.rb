require 'ipaddr'

# Who may write what, by address: the table of ROTA_SENDERS (docs/security.md), read again within a second of a change.
# The same decisions as the indexer's pipeline/indexer/senders.
module Rota
  class Senders
    TIER_DATASETS = {
      'lb' => %w[haproxy.log],
      'frontend' => %w[nginx.access nginx.error],
      'webapp' => %w[gunicorn.access gunicorn.error rota.access rota.app rota.sdk],
      'log' => [],
    }.freeze
    DATASETS = (TIER_DATASETS.values.flatten + %w[rota.health rota.pipeline syslog]).freeze
    INPUTS = %w[relp relps tcp tcp_raw tls udp imkafka logstash].freeze
    # A datagram's address is what its sender writes there: it must be asked for by name.
    UNLESS_SAID = (INPUTS - %w[udp]).freeze
    ORDER = %w[unknown_sender foreign_input foreign_host foreign_dataset foreign_tier].freeze
    SENTENCES = {
      'unknown_sender' => 'The table of senders does not name who sent this',
      'foreign_input' => 'The sender may not use this input',
      'foreign_host' => 'The sender may not write in the name of this host',
      'foreign_dataset' => 'The sender may not write this data set',
      'foreign_tier' => 'The sender may not write for this tier',
    }.freeze
    LOOK_EVERY = 1
    MOST_ADDRESSES = 10_000

    Grant = Struct.new(:network, :bits, :hosts, :tiers, :datasets, :inputs) do
      def host?(name)
        hosts.any? { |pattern| pattern.end_with?('*') ? name.start_with?(pattern[0..-2]) : name == pattern }
      end

      # The one name that it has, where it has one.
      def only_host
        hosts.length == 1 && !hosts[0].include?('*') ? hosts[0] : nil
      end
    end

    # IPv4 inside IPv6 is IPv4; nil for what is no address.
    def self.plain(text)
      bare = text.to_s.sub(/\A\[(.*)\]\z/, '\1').sub(/%.*\z/, '')
      return nil unless Http.ip?(bare)
      address = IPAddr.new(bare)
      address.ipv6? && address.ipv4_mapped? ? address.native : address
    rescue ArgumentError
      nil
    end

    def initialize(path)
      @path = path
      @by_address = {}
      @looked_at = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      read
    end

    # [code, reason, host that it really is or nil]; nil when the claim is allowed.
    def refusal(input, address, hosts, datasets, tiers)
      look
      grants = of(address)
      furthest = 'unknown_sender'
      grants.each do |grant|
        code = lacking(grant, input, hosts, datasets, tiers)
        return nil if code.nil?
        furthest = code if ORDER.index(code) > ORDER.index(furthest)
      end
      what = { 'foreign_input' => " by #{input}", 'foreign_host' => " as #{shown(hosts)}",
               'foreign_dataset' => " to #{shown(datasets)}", 'foreign_tier' => " as #{shown(tiers)}" }[furthest]
      [furthest, "#{SENTENCES[furthest]}: #{address}#{what}", grants.length == 1 ? grants[0].only_host : nil]
    end

    # A sender of tier `lb`: its requests may be the balancer's own.
    def balancer?(address)
      of(address).any? { |grant| grant.tiers.include?('lb') }
    end

    private

    def lacking(grant, input, hosts, datasets, tiers)
      return 'foreign_input' unless grant.inputs.include?(input)
      return 'foreign_host' if hosts.empty? || !hosts.all? { |host| grant.host?(host) }
      return 'foreign_dataset' unless (datasets - grant.datasets).empty?
      (tiers - grant.tiers).empty? ? nil : 'foreign_tier'
    end

    def shown(names)
      text = names.map { |name| name[0, 200] }.join(', ')
      text.empty? ? 'nobody' : text
    end

    # The most exact network alone counts.
    def of(address)
      return @by_address[address] if @by_address.key?(address)
      plain = Senders.plain(address)
      holding = plain ? @grants.select { |grant| grant.network.family == plain.family && grant.network.include?(plain) } : []
      exact = holding.map(&:bits).max
      @by_address = {} if @by_address.length >= MOST_ADDRESSES
      @by_address[address] = holding.select { |grant| grant.bits == exact }
    end

    def look
      now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      return if now - @looked_at < LOOK_EVERY
      @looked_at = now
      read
    rescue ArgumentError, SystemCallError => error
      warn "rota: the table of senders cannot be used, the one before goes on: #{error.message}" if error.message != @noted
      @noted = error.message
    end

    def read
      stat = File.stat(@path)
      stamp = [stat.mtime, stat.size, stat.ino]
      return if stamp == @stamp
      @grants = parse(File.read(@path, encoding: 'UTF-8'))
      @stamp = stamp
      @by_address = {}
      @noted = nil
    end

    def parse(text)
      text.split("\n").each_with_index.map do |line, at|
        words = line.sub(/(\A|\s)#.*\z/, '').strip.split(/\s+/)
        next if words.empty?
        begin
          grant(*words)
        rescue ArgumentError => error
          raise ArgumentError, "ROTA_SENDERS: line #{at + 1}: #{error.message}"
        end
      end.compact
    end

    def grant(sender, *words)
      network, bits = network(sender)
      given = {}
      words.each do |word|
        found = /\A(host|tier|dataset|input)=(.+)\z/.match(word)
        raise ArgumentError, "\"#{word}\" is none of host=…, tier=…, dataset=…, input=…" unless found
        (given[found[1]] ||= []).concat(found[2].split(',', -1))
      end
      hosts = given['host']
      raise ArgumentError, "host=… is missing: say in whose name #{sender} may write, or host=* for any" unless hosts
      odd = hosts.find { |host| host.empty? || host[0..-2].include?('*') }
      raise ArgumentError, "host=#{odd}: give names, each with one \"*\" at its end at most" if odd
      tiers = known('tier', given['tier'] || [], TIER_DATASETS.keys)
      datasets = known('dataset', given['dataset'] || [], DATASETS)
      Grant.new(network, bits, hosts, tiers, ['syslog'] + tiers.flat_map { |tier| TIER_DATASETS[tier] } + datasets,
                known('input', given['input'] || UNLESS_SAID, INPUTS))
    end

    def known(name, values, all)
      return all if values.include?('*')
      other = values.find { |value| !all.include?(value) }
      raise ArgumentError, "#{name}=#{other} is not known; it is one of #{all.join(', ')}, or *" if other
      values
    end

    # How many bits are fixed, of the 128 of IPv6; IPv4 counts as the last 32.
    def network(text)
      address, length = text.split('/', 2)
      plain = Senders.plain(address)
      width = plain && plain.ipv4? ? 32 : 128
      fixed = length.nil? ? width : length.to_i
      if plain.nil? || (length && length !~ /\A\d{1,3}\z/) || fixed > width
        raise ArgumentError, "\"#{text}\" is neither an address nor a network such as 10.0.0.0/8"
      end
      [plain.mask(fixed), 128 - width + fixed]
    end
  end
end
