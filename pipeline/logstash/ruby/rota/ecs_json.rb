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
      unless frame.source.empty? && doc['log'].nil?
        log = claim(doc, 'log')
        log.delete('source')
        log['source'] = { 'address' => frame.source } unless frame.source.empty?
      end
      Document.add_tag(doc, 'not_utf8') unless frame.utf8?
      doc
    end

    # Our fields need an object there; what stood in its place is kept as unknown.
    def claim(doc, name)
      there = doc[name]
      unless there.nil? || there.is_a?(Hash)
        doc.delete(name)
        extras(doc)[name] = there
      end
      Document.child(doc, name)
    end

    # `rota.extra`, where what has no field is kept, whatever the sender put there.
    def extras(doc)
      before = claim(doc, 'rota')['extra']
      Document.child(doc, 'rota')['extra'] = { 'extra' => before } unless before.nil? || before.is_a?(Hash)
      Document.child(Document.child(doc, 'rota'), 'extra')
    end

    # Gives each field one place: `"log.level"` and `"log": {"level"}` are the same to Elasticsearch, which takes both
    # (pipeline/indexer/shape/fold_dotted.ts). What would be a second value is kept as unknown.
    def fold(doc)
      second = {}
      fold_into(doc, Conform::TREE, '', second)
      extras(doc).merge!(second) unless second.empty?
    end

    def fold_into(object, node, prefix, second)
      object.keys.each do |name|
        path = name.split('.', -1)
        next unless path.length > 1 && path.reduce(node) { |at, part| at && (at['children'] || {})[part] }
        place(object, path, object.delete(name), prefix, second)
      end
      (node['children'] || {}).each do |name, child|
        fold_into(object[name], child, "#{prefix}#{name}.", second) if child['type'] == 'object' && object[name].is_a?(Hash)
      end
    end

    # Puts a value where its path leads, unless something is there.
    def place(object, path, value, prefix, second)
      name, *rest = path
      there = object[name]
      if !rest.empty? && (there.nil? || there.is_a?(Hash))
        object[name] = {} if there.nil?
        place(object[name], rest, value, "#{prefix}#{name}.", second)
      elsif rest.empty? && there.nil?
        object[name] = value
      elsif rest.empty? && there.is_a?(Hash) && value.is_a?(Hash)
        value.each { |inner, one| place(there, [inner], one, "#{prefix}#{name}.", second) }
      else
        second[prefix + path.join('.')] = value
      end
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
