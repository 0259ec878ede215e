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

    TRACEBACK = 'Traceback (most recent call last):'.freeze
    # An exception group's lines have a margin.
    GROUP = '  + Exception Group '.freeze
    MARGIN = '  | '.freeze

    # Python's traceback: of the last one in the text (the error that got out), the first line behind its indented frames
    # reads `package.Error: message`; what follows, indented or not, belongs to the message.
    def error(trace)
      error = { 'stack_trace' => trace }
      lines = trace.split("\n", -1)
      start = lines.rindex { |line| line == TRACEBACK || line == GROUP + TRACEBACK }
      return error if start.nil?
      margin = lines[start] == TRACEBACK ? '' : MARGIN
      rest = lines[(start + 1)..-1].drop_while { |line| !line.start_with?(margin) || line[margin.length..-1] !~ /\A\S/ }
      found = /\A([A-Za-z_][\w.<>]*)(?:: (.*))?\z/.match(rest.first.to_s[margin.length..-1].to_s)
      return error unless found
      error['type'] = found[1]
      # The members of a group are in the stack trace.
      more = margin.empty? ? rest.drop(1) : []
      message = ([found[2] || ''] + more).join("\n").strip
      error['message'] = message unless message.empty?
      error
    end
  end
end
