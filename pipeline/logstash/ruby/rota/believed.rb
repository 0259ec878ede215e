# Whether the table of senders lets a sender say what it says; a dead letter otherwise (pipeline/indexer/shape/believed.ts).
module Rota
  module Believed
    PIPELINE = 'rota.pipeline'.freeze
    DEAD = 'rota.deadletter'.freeze
    # Data sets in whose name an event may also speak by its `event.dataset`.
    EVENT_DATASETS = %w[haproxy.log nginx.access nginx.error gunicorn.access gunicorn.error rota.access rota.app rota.sdk
                        rota.health rota.pipeline].freeze

    module_function

    # bytes: the message as it came, in Latin-1 characters.
    def check(frame, latin1, dataset, id, doc)
      senders = Settings::SENDERS
      return [dataset, id, doc] if senders.nil? || frame.source.empty?
      found = senders.refusal(frame['in'], frame.source, *claim(frame, dataset, doc))
      found ? refused(frame, latin1, dataset, id, doc, found) : [dataset, id, doc]
    end

    def claim(frame, dataset, doc)
      hosts = texts(member(doc, 'host', 'name'))
      return [hosts, [], []] if dataset == DEAD
      # An agent's own counters, which are shaped so that they can be nothing else.
      return [hosts, [], []] if dataset == PIPELINE && frame.agent && frame.agent['dataset'] == PIPELINE
      spoken = texts(member(doc, 'event', 'dataset')).select { |name| EVENT_DATASETS.include?(name) }
      # What a line is says its tier; an event says it itself.
      tiers = dataset.start_with?('rota.') ? texts(member(doc, 'rota', 'tier')) : []
      [hosts, [dataset, *spoken].uniq, tiers]
    end

    def member(doc, object, name)
      doc[object].is_a?(Hash) ? doc[object][name] : nil
    end

    def texts(value)
      case value
      when nil then []
      when Array then value.flat_map { |one| texts(one) }
      when Hash then [JSON.generate(value)]
      else [value.to_s]
      end
    end

    # Under an id that nobody can choose: what a stranger writes must not take the place of what the host itself writes.
    def refused(frame, latin1, dataset, id, doc, found)
      code, reason, host = found
      own = hash_id(frame.source, id, Text.bytes(latin1))
      claimed = texts(member(doc, 'host', 'name')).first
      letter = Document.dead_letter(frame, reason, dataset == DEAD ? doc['rota']['claimed_dataset'] : dataset,
                                    code: code, id: own, host: host, latin1: latin1)
      letter['rota']['claimed_host'] = claimed if claimed && claimed != host
      [DEAD, own, letter]
    end

    # pipeline/indexer/hash_id.ts
    def hash_id(*parts)
      digest = Digest::SHA256.new
      parts.each { |part| digest << part.b << "\n" }
      [digest.digest].pack('m0').tr('+/', '-_').delete('=')[0, 32]
    end
  end
end
