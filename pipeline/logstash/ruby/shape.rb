# The ruby filter's script: hands each line to the indexer's own parser (shaper.cjs, a program of Node.js) and takes its document, id
# and data stream from it. Each worker has a process of its own.
require 'json'
require 'logger'

def register(_params)
  @command = (ENV['ROTA_SHAPER_COMMAND'] || '/usr/bin/node /usr/lib/rota/shaper.cjs').split
end

def filter(event)
  line = event.get('message').to_s
  return [] if line.empty?
  # The input reads Latin-1, a character a byte.
  first, *others = JSON.parse(ask("#{event.get('host')}\t".b + line.encode('ISO-8859-1').b))
  event.to_hash.each_key { |name| event.remove(name) unless name == '@timestamp' }
  [write(event, first), *others.map { |other| write(LogStash::Event.new, other) }]
end

def write(event, answer)
  answer['document'].each { |name, value| event.set(name, value) unless name == '@timestamp' }
  event.set('@timestamp', LogStash::Timestamp.new(answer['time'])) if answer['time']
  event.set('[@metadata][id]', answer['id'])
  event.set('[@metadata][index]', answer['index'])
  event
end

# A parser that ended is started anew and asked again: no line goes on without its document.
def ask(line)
  process = (Thread.current[:rota_shaper] ||= IO.popen(@command, 'r+b'))
  process.write(line, "\n")
  process.flush
  process.gets || raise(EOFError, 'it ended')
rescue IOError, SystemCallError => error
  Thread.current[:rota_shaper] = nil
  Logger.new($stderr).warn("rota: #{@command.join(' ')}: #{error.message}; it is started again")
  sleep 1
  retry
end
