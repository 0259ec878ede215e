# What every document has: identity, times, host, file.
module Rota
  module Document
    ECS_VERSION = '8.11.0'.freeze

    module_function

    # timestamp nil: the time in the syslog header.
    def start(frame, dataset, id, timestamp, tier)
      created = frame.agent ? frame['ts'] : frame['rcv']
      doc = {
        '@timestamp' => timestamp || Times.utc(frame['ts']) || frame['rcv'],
        'ecs' => { 'version' => ECS_VERSION },
        'data_stream' => { 'type' => 'logs', 'dataset' => dataset, 'namespace' => Settings::NAMESPACE },
        'event' => { 'id' => id, 'dataset' => dataset, 'created' => created },
        'host' => { 'name' => frame.host },
      }
      doc['rota'] = { 'tier' => tier } if tier
      doc['log'] = { 'source' => { 'address' => frame.source } } unless frame.source.empty?
      add_file(doc, frame.agent) if frame.agent
      doc
    end

    def add_file(doc, agent)
      return if agent['file'].to_s.empty?
      child(doc, 'log')['file'] = { 'path' => agent['file'] }
      offset = agent['offset'].to_s
      doc['log']['offset'] = offset.to_i if offset =~ /\A\d{1,15}\z/
    end

    # Adds what is there: nil leaves no trace in the document.
    def put(object, name, value)
      object[name] = value unless value.nil?
    end

    def child(doc, name)
      doc[name] = {} unless doc[name].is_a?(Hash)
      doc[name]
    end

    def add_tag(doc, tag)
      tags = doc['tags']
      doc['tags'] = tags.nil? ? [tag] : (tags.is_a?(Array) ? tags : [tags]) + [tag]
    end

    def dead_letter(frame, reason, dataset = nil, code: 'not_parsed', id: frame.id, host: frame.host, latin1: frame.latin1)
      received = frame.agent ? frame['ts'] : frame['rcv']
      raw = Text.bytes(latin1)
      raw, reason = Text.bytes(Conceal.mask(latin1)), Conceal.mask(reason) if Settings::ANONYMIZE != 'off'
      rota = { 'raw' => [raw].pack('m0'), 'reason' => reason, 'input' => frame['in'] }
      put(rota, 'claimed_dataset', dataset)
      doc = {
        '@timestamp' => received,
        'event' => { 'id' => id, 'code' => code, 'created' => received, 'dataset' => 'rota.deadletter',
                     'kind' => 'pipeline_error' },
        'rota' => rota,
      }
      doc['host'] = { 'name' => host } unless host.to_s.empty?
      doc['log'] = { 'source' => { 'address' => frame.source } } unless frame.source.empty?
      doc
    end
  end
end
