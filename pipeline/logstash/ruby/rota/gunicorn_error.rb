# One event of gunicorn's error log, a traceback's lines with it.
module Rota
  module GunicornError
    module_function

    def document(frame, parsed, id)
      zone = Times.zone_minutes(parsed['zone'])
      timestamp = zone && Times.plain(parsed['date'], parsed['time'], zone)
      return nil if timestamp.nil?
      doc = Document.start(frame, 'gunicorn.error', id, timestamp, 'webapp')
      level = parsed['level'].strip.downcase
      text = Text.trim_end(parsed['message'])
      message, line_feed, trace = text.partition("\n")
      doc['message'] = message
      Document.child(doc, 'log')['level'] = level
      bad = %w[error critical].include?(level)
      doc['event'].merge!('kind' => 'event', 'category' => ['web'], 'type' => [bad ? 'error' : 'info'], 'module' => 'gunicorn')
      pid = Text.whole(parsed['pid'])
      doc['process'] = { 'pid' => pid } if pid
      doc['error'] = error(trace) unless line_feed.empty?
      doc
    end

    # Python's traceback: its last unindented line that reads `package.Error: message` names the error that got out.
    def error(trace)
      error = { 'stack_trace' => trace }
      lines = trace.split("\n", -1)
      (lines.length - 1).downto(1) do |at|
        found = /\A([A-Za-z_][\w.]*)(?:: (.*))?\z/.match(lines[at])
        next unless found && lines[at - 1] =~ /\A[[:space:]]/
        error['type'] = found[1]
        message = ([found[2] || ''] + lines[(at + 1)..-1]).join("\n").strip
        error['message'] = message unless message.empty?
        break
      end
      error
    end
  end
end
