# Log times as ISO 8601 in UTC with milliseconds; nil when the text is no such time.
module Rota
  module Times
    MONTHS = Hash[%w[Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec].each_with_index.map { |name, at| [name, at + 1] }]

    module_function

    # `23/Nov/2026:10:00:00 +0100`. Lines of one second follow each other, so the last answer is kept.
    def clf(text)
      known = @last_clf
      return known[1] if known && known[0] == text
      zone = zone_minutes(text[21..-1].to_s)
      found = zone.nil? ? nil : iso(slashed(text[0, 20]), zone)
      @last_clf = [text, found].freeze
      found
    end

    # `23/Nov/2026:10:00:00.123`, local time of its host.
    def haproxy(text, offset)
      iso(slashed(text), offset)
    end

    # `2026/11/23` or `2026-11-23`, and `10:00:00`, `10:00:00,123` or `10:00:00.123`.
    def plain(date, time, offset)
      day = %r{\A(\d{4})[/-](\d\d)[/-](\d\d)\z}.match(date)
      day ? iso(clock(day[1].to_i, day[2].to_i, day[3].to_i, time.sub(',', '.')), offset) : nil
    end

    # Seconds since 1970 with a fraction.
    def epoch(text)
      return nil unless text =~ /\A\d+(\.\d+)?\z/
      ms = (text.to_f * 1000).round
      ms > 0 && ms < 253_402_300_800_000 ? format(ms) : nil
    end

    QUARTER_MS = 900_000

    # When an HAProxy request began: the accept date and what a kept-alive connection idled since, which the local time tells
    # but for its zone (whole quarters of an hour).
    def request_begin(local, accepted)
      from = ms_of(accepted)
      idle = (ms_of(local) - from) % QUARTER_MS
      format(from + (idle > QUARTER_MS - 1000 ? 0 : idle))
    end

    # Of a time as `format` writes it.
    def ms_of(iso)
      clock(iso[0, 4].to_i, iso[5, 2].to_i, iso[8, 2].to_i, iso[11, 12])
    end

    RFC3339 = /\A(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)([Zz]|[+-]\d\d:\d\d)\z/

    # An RFC 3339 time in UTC with milliseconds.
    def utc(rfc3339)
      return rfc3339 if rfc3339 =~ /\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\z/
      found = RFC3339.match(rfc3339)
      found && iso(clock(found[1].to_i, found[2].to_i, found[3].to_i, found[4]), zone_minutes(found[5].upcase))
    end

    # `+0130`, `-08:00`, `Z` as minutes east of UTC.
    def zone_minutes(text)
      return 0 if text == 'Z'
      found = /\A([+-])(\d\d):?(\d\d)\z/.match(text)
      return nil unless found
      minutes = found[2].to_i * 60 + found[3].to_i
      found[1] == '-' ? -minutes : minutes
    end

    # The offset at the end of an RFC 3339 time.
    def offset_of(rfc3339)
      return 0 if rfc3339.end_with?('Z')
      zone_minutes(rfc3339[-6..-1].to_s) || 0
    end

    def slashed(text)
      found = %r{\A(\d\d)/([A-Z][a-z]{2})/(\d{4}):(.*)\z}m.match(text)
      month = found && MONTHS[found[2]]
      month ? clock(found[3].to_i, month, found[1].to_i, found[4]) : nil
    end

    # UTC milliseconds of a wall clock's reading; nil for what no clock shows (31 February is not 3 March).
    def clock(year, month, day, time)
      found = /\A(\d\d):(\d\d):(\d\d(?:\.\d{1,9})?)\z/.match(time)
      return nil unless found
      hours, minutes, seconds = found[1].to_i, found[2].to_i, found[3].to_f
      return nil unless month.between?(1, 12) && day.between?(1, 31) && hours <= 23 && minutes <= 59 && seconds < 61
      midnight = Time.utc(year, month, day)
      return nil unless midnight.month == month
      midnight.to_i * 1000 + (hours * 60 + minutes) * 60_000 + (seconds * 1000 + 1e-6).floor
    rescue ArgumentError
      nil
    end

    def iso(wall_clock, offset)
      wall_clock.nil? ? nil : format(wall_clock - offset * 60_000)
    end

    def format(ms)
      Time.at(ms.div(1000), (ms % 1000) * 1000).utc.strftime('%Y-%m-%dT%H:%M:%S.%LZ')
    end
  end
end
