# One message → [dataset, id, document]. The same decisions as the indexer's pipeline/indexer/shape/shape.ts.
module Rota
  module Shape
    LINE_DATASETS = %w[nginx.access nginx.error gunicorn.access gunicorn.error haproxy.log].freeze
    DEAD = 'rota.deadletter'.freeze

    module_function

    def shape(frame)
      long = frame.size > Settings::MAX_BYTES
      latin1 = frame.latin1
      dataset, id, doc = Believed.check(frame, latin1, *shape_line(frame))
      Document.child(doc, 'rota')['truncated'] = true if long
      return [dataset, id, doc] if dataset == DEAD
      Syslog.add_header(doc, frame, dataset)
      doc['tags'] = ['not_utf8'] if !frame.utf8? && doc['tags'].nil?
      Conceal.document(doc) if Settings::ANONYMIZE != 'off'
      [dataset, id, Conform.conform(doc)]
    end

    def shape_line(frame)
      claimed = frame.claimed
      json = frame.latin1.start_with?('{')
      parsed = json ? nil : Rules.split(frame.latin1, claimed)
      return from_parsed(frame, parsed, claimed) if parsed
      return dead(frame, 'empty message') if frame.latin1.empty?
      if json || frame.latin1.start_with?('@cee:')
        found = from_json(frame, claimed)
        return found if found
      end
      return ['haproxy.log', frame.id, with_original(frame, Haproxy.message(frame, frame.id))] if claimed == 'haproxy.log'
      return dead(frame, "not a line of #{claimed}", claimed) if LINE_DATASETS.include?(claimed)
      frame.cut!
      ['syslog', frame.id, with_original(frame, Syslog.document(frame, frame.id))]
    end

    # Keeps the line beside what was made of it; JSON needs no second copy.
    def with_original(frame, doc)
      return doc if Settings::KEEP_ORIGINAL == 'off'
      frame.cut!
      doc['event']['original'] = frame.text
      doc
    end

    def from_parsed(frame, parsed, claimed)
      dataset = LINE_DATASETS.include?(claimed) ? claimed : dataset_of(parsed['rule'], frame['app'])
      doc =
        case dataset
        when 'nginx.access', 'gunicorn.access' then Access.document(frame, parsed, dataset, frame.id)
        when 'nginx.error' then NginxError.document(frame, parsed, frame.id)
        when 'gunicorn.error' then GunicornError.document(frame, parsed, frame.id)
        else Haproxy.document(frame, parsed, frame.id)
        end
      doc ? [dataset, frame.id, with_original(frame, doc)] : dead(frame, "not a line of #{dataset}: its time or status is none", dataset)
    end

    # Of a line whose sender did not say: by the rule that fitted.
    def dataset_of(rule, program)
      case rule
      when 'access' then program == 'gunicorn' ? 'gunicorn.access' : 'nginx.access'
      when 'error' then 'nginx.error'
      when 'gunicorn' then 'gunicorn.error'
      else 'haproxy.log'
      end
    end

    # nil for what only looks like JSON and need not be.
    def from_json(frame, claimed)
      found = parse_json(frame.latin1)
      sdk = !(frame.structured_data || {})['meta'].nil?
      known = LINE_DATASETS.include?(claimed)
      if found.is_a?(String)
        return nil if frame.size > Settings::MAX_BYTES
        return sdk || known ? dead(frame, found, sdk ? 'rota.app' : claimed) : nil
      end
      return [claimed, frame.id, Syslog.stats(frame, found, frame.id)] if claimed == 'rota.pipeline'
      if NginxJson.line?(found)
        id = NginxJson.id(frame, found) || frame.id
        return ['nginx.access', id, NginxJson.document(frame, found, id)]
      end
      return dead(frame, "JSON, but not a line of #{claimed}", claimed) if known
      return ['syslog', frame.id, Syslog.foreign(Syslog.document(frame, frame.id), found)] unless sdk || EcsJson.ecs?(found)
      EcsJson.fold(found)
      dataset = EcsJson.dataset(found)
      id = EcsJson.id(found, frame.id)
      [dataset, id, EcsJson.document(frame, found, dataset, id)]
    end

    # The object, or why there is none.
    def parse_json(latin1)
      latin1 = latin1[5..-1] if latin1.start_with?('@cee:')
      return 'JSON nested deeper than 20 levels' if EcsJson.too_deep?(latin1)
      found = JSON.parse(Text.read(latin1))
      found.is_a?(Hash) ? found : 'JSON, but not an object'
    rescue JSON::ParserError => error
      "not valid JSON: #{error.message[0, 200]}"
    end

    def dead(frame, reason, dataset = nil)
      [DEAD, frame.id, Document.dead_letter(frame, reason, dataset)]
    end
  end
end
