# Events that are ECS already: an SDK's.
module Rota
  module EcsJson
    DATASETS = %w[rota.app rota.access rota.sdk rota.health rota.pipeline].freeze
    DEEPEST = 20

    module_function

    def ecs?(found)
      found['ecs'].is_a?(Hash) || !found['ecs.version'].nil? || (found['event'].is_a?(Hash) && found['agent'].is_a?(Hash))
    end

    def dataset(found)
      named = [found['data_stream'], found['event']].map { |one| one.is_a?(Hash) ? one['dataset'] : nil }
      named.find { |one| DATASETS.include?(one) } || 'rota.app'
    end

    def id(found, other)
      own = found['event'].is_a?(Hash) ? found['event']['id'] : nil
      own.is_a?(String) && !own.empty? && own.length <= 170 ? own : other
    end

    # The receipt is added.
    def document(frame, doc, dataset, id)
      doc['@timestamp'] = Times.utc(frame['ts']) || frame['rcv'] if doc['@timestamp'].nil?
      doc['data_stream'] = { 'type' => 'logs', 'dataset' => dataset, 'namespace' => Settings::NAMESPACE }
      event = claim(doc, 'event')
      event['id'] = id
      event['dataset'] = dataset if event['dataset'].nil?
      event['created'] = frame['rcv'] if event['created'].nil?
      host = claim(doc, 'host')
      host['name'] = frame.host if host['name'].nil?
      rota = claim(doc, 'rota')
      rota['tier'] = 'webapp' if rota['tier'].nil?
      claim(doc, 'log') unless doc['log'].nil?
      Document.add_tag(doc, 'not_utf8') unless frame.utf8?
      doc
    end

    # Our fields need an object there; what stood in its place is kept as unknown.
    def claim(doc, name)
      there = doc[name]
      unless there.nil? || there.is_a?(Hash)
        doc.delete(name)
        Document.child(Document.child(doc, 'rota'), 'extra')[name] = there
      end
      Document.child(doc, name)
    end

    # Without recursion: a message may hold ten thousand brackets.
    def too_deep?(text)
      depth = 0
      text.gsub(/"(?:[^"\\]|\\.)*"?/m, '').each_char do |char|
        if char == '{' || char == '['
          return true if (depth += 1) > DEEPEST
        elsif char == '}' || char == ']'
          depth -= 1
        end
      end
      false
    end
  end
end
