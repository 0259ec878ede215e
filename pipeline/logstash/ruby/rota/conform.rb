# Makes a document one that Elasticsearch takes: what is not in the field table (fields.json, made from
# pipeline/elasticsearch/fields.ts), or is there with another shape, moves to `rota.extra` under its own name.
module Rota
  module Conform
    EXTRA_DEPTH = 12
    KEY_LENGTH = 200
    NESTED_LENGTH = 200
    # A day, perhaps with a time that a clock shows and a zone of 18 hours at most: no more does Elasticsearch take.
    ISO_DATE = /\A\d{4}-\d\d-\d\d(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?(Z|[+-](0\d|1[0-7]):?[0-5]\d|[+-]18:?00)?)?\z/
    SAFE = 2**53 - 1

    # Dotted names and types as a tree: {'children' => {name => node}, 'type' => 'object' or a leaf's}.
    def self.tree(fields)
      root = { 'type' => 'object', 'children' => {} }
      fields.each do |name, type|
        node = root
        name.split('.').each do |part|
          node['children'] ||= {}
          node = (node['children'][part] ||= { 'type' => 'object' })
        end
        node['type'] = type
      end
      root
    end

    TREE = tree(JSON.parse(File.read(File.join(File.dirname(File.dirname(File.expand_path(__FILE__))), 'fields.json'))))

    module_function

    def conform(doc)
      extra = {}
      misfits = sift(doc, TREE, extra)
      unless date?(doc['@timestamp'])
        extra['@timestamp'] = doc['@timestamp'] unless doc['@timestamp'].nil?
        doc['@timestamp'] = nil
      end
      add_extra(doc, extra) if misfits || !extra.empty?
      doc
    end

    def add_extra(doc, found)
      rota = Document.child(doc, 'rota')
      before = rota['extra'].is_a?(Hash) ? rota['extra'] : {}
      rota['extra'] = flattenable(found.merge(before), EXTRA_DEPTH)
    end

    # Moves what does not fit from `object` to `extra`; true when something did.
    def sift(object, node, extra)
      unsafe = false
      object.keys.each do |name|
        value = object[name]
        child = (node['children'] || {})[name]
        if child && fits?(value, child)
          if child['type'] == 'flattened' && !value.nil?
            object[name] = flattenable(value, EXTRA_DEPTH)
          elsif child['type'] == 'object' && !value.nil?
            deeper = {}
            unsafe = true if sift(value, child, deeper)
            extra[name] = deeper unless deeper.empty?
          end
        else
          extra[name] = value
          object.delete(name)
          unsafe = true
        end
      end
      unsafe
    end

    def fits?(value, node)
      return true if value.nil?
      case node['type']
      when 'object', 'flattened' then value.is_a?(Hash)
      when 'nested'
        all = value.is_a?(Array) ? value : [value]
        all.length <= NESTED_LENGTH && all.all? { |one| one.is_a?(Hash) && nested?(one, node) }
      else (value.is_a?(Array) ? value : [value]).all? { |one| leaf?(one, node['type']) }
      end
    end

    def nested?(value, node)
      value.all? { |name, one| (child = node['children'][name]) && fits?(one, child) }
    end

    # Numbers and dates in text are Elasticsearch's own affair (`ignore_malformed`); objects and booleans are not.
    def leaf?(value, type)
      return true if value.nil?
      case type
      when 'boolean' then [true, false, 'true', 'false'].include?(value)
      when 'long' then value.is_a?(Numeric) ? value == value.floor && value.abs <= SAFE : value =~ /\A-?\d{1,15}\z/
      when 'double' then value.is_a?(Numeric) || number?(value)
      when 'date' then date?(value)
      when 'ip', 'stored' then value.is_a?(String)
      else !value.is_a?(Hash) && !value.is_a?(Array)
      end
    end

    def number?(text)
      text.is_a?(String) && !text.empty? && Float(text) && true
    rescue ArgumentError
      false
    end

    def date?(value)
      return value.is_a?(Integer) && value.abs <= 8e15 if value.is_a?(Numeric)
      value.is_a?(String) && !(value =~ ISO_DATE).nil? && !Times.clock(value[0, 4].to_i, value[5, 2].to_i, value[8, 2].to_i, '00:00:00').nil?
    end

    # What a `flattened` field takes: bounded depth, keys without NUL and of bounded length.
    def flattenable(value, depth)
      return value unless value.is_a?(Hash) || value.is_a?(Array)
      return JSON.generate(value) if depth.zero?
      return value.map { |one| flattenable(one, depth - 1) } if value.is_a?(Array)
      value.each_with_object({}) { |(name, one), safe| safe[safe_key(name)] = flattenable(one, depth - 1) }
    end

    def safe_key(name)
      key = name.gsub("\u0000", '\\0')
      key = '_empty' if key.empty?
      key.length <= KEY_LENGTH ? key : "#{key[0, KEY_LENGTH]}~#{Digest::SHA256.hexdigest(key)[0, 8]}"
    end
  end
end
