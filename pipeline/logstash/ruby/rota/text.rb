# Bytes and text. The TCP input reads Latin-1, so that every byte survives as one character; here they become text again.
module Rota
  module Text
    module_function

    # The bytes that Latin-1 characters stand for.
    def bytes(latin1)
      latin1.encode(Encoding::ISO_8859_1).force_encoding(Encoding::BINARY)
    end

    # As UTF-8 where the bytes are that, else as the Latin-1 that they then are.
    def read(latin1)
      return latin1 if latin1.ascii_only?
      text = bytes(latin1).force_encoding(Encoding::UTF_8)
      text.valid_encoding? ? text : latin1
    end

    def utf8?(latin1)
      latin1.ascii_only? || bytes(latin1).force_encoding(Encoding::UTF_8).valid_encoding?
    end

    # Servers write `-` for what is not there.
    def given(text)
      text.nil? || text.empty? || text == '-' ? nil : text
    end

    # A whole number of digits only.
    def whole(text)
      !text.nil? && text =~ /\A\d{1,15}\z/ ? text.to_i : nil
    end

    # Seconds with a fraction as nanoseconds.
    def nanoseconds(text)
      !text.nil? && text =~ /\A\d{1,9}(\.\d{1,9})?\z/ ? (text.to_f * 1e9).round : nil
    end

    # Undoes nginx's escaping (\xHH) of quotes, backslashes and UTF-8. Control characters stay escaped, and a text whose
    # bytes are not UTF-8 stays as it was logged.
    def unescape_nginx(text)
      return text if !text.include?('\\x') || text.include?('\\x7F') || !text.ascii_only?
      plain = text.b.gsub(/\\x([2-9A-Fa-f][0-9A-Fa-f])/n) { [$1.hex].pack('C') }.force_encoding(Encoding::UTF_8)
      plain.valid_encoding? ? plain : text
    end

    def trim_end(text)
      text.sub(/[[:space:]]+\z/, '')
    end

    # Elements of RFC 5424's structured data, each with its parameters; what is malformed ends the walk.
    def structured_data(text)
      return nil if text.nil? || text.empty? || text == '-'
      found = {}
      at = 0
      while (element = /\G\[([^ \]]+)((?: [^=\]"]+="(?:[^"\\]|\\.)*")*)\]/m.match(text, at))
        parameters = {}
        element[2].scan(/ ([^=\]"]+)="((?:[^"\\]|\\.)*)"/m) do |name, value|
          parameters[name] = value.gsub(/\\(["\\\]])/) { $1 }
        end
        found[element[1]] = parameters
        at = element.end(0)
      end
      found
    end
  end
end
