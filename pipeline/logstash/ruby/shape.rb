# The ruby filter's script: one received line becomes one ECS document, its id and its data stream.
require 'digest'
def register(params)
  require 'json'
  %w[text times rules document http senders settings conceal frame extras access nginx_json nginx_error gunicorn_error syslog
     haproxy ecs_json conform believed shape].each { |name| require File.join(params['dir'], 'rota', "#{name}.rb") }
end

def filter(event)
  received = event.get('@timestamp').to_s
  line = event.get('message').to_s
  return [] if line.empty?
  address = event.get('host').to_s
  frame = Rota::Frame.read(line, received, address)
  dataset, id, doc = frame ? shape(frame) : unreadable(line, received, address)
  write(event, dataset, id, doc)
  [event]
end

def shape(frame)
  Rota::Shape.shape(frame)
rescue StandardError => error
  Rota::Shape.dead(frame, "the shaper failed: #{error.message}")
end

# Neither rsyslog's frame nor RFC 5424: kept with its bytes.
def unreadable(line, received, address)
  header = { 'in' => 'logstash', 'rcv' => received, 'msg' => line, 'id' => Digest::SHA256.hexdigest(line)[0, 32] }
  frame = Rota::Frame.new(header.merge('from' => address))
  Rota::Shape.dead(frame, 'neither a frame of rsyslog nor RFC 5424')
end

def write(event, dataset, id, doc)
  event.to_hash.each_key { |name| event.remove(name) unless name == '@timestamp' }
  doc['event']['ingested'] = LogStash::Timestamp.now.to_s
  doc.each { |name, value| event.set(name, value) unless name == '@timestamp' }
  event.set('@timestamp', timestamp(doc['@timestamp']))
  event.set('[@metadata][id]', id)
  event.set('[@metadata][index]', "logs-#{dataset}-#{Rota::Settings::NAMESPACE}")
end

# An SDK's event may bring its time in any form that Elasticsearch takes: milliseconds, a date, a time without a zone.
def timestamp(found)
  text = found.is_a?(Integer) ? Rota::Times.format(found) : found.to_s.tr(',', '.')
  text += 'T00:00:00Z' if text =~ /\A\d{4}-\d\d-\d\d\z/
  text = text.sub(/T(\d\d:\d\d)(Z|[+-]|\z)/, 'T\1:00\2')
  text += 'Z' if text =~ /T\d\d:\d\d:\d\d(\.\d+)?\z/
  LogStash::Timestamp.new(Rota::Times.utc(text) || text)
rescue StandardError
  LogStash::Timestamp.now
end
