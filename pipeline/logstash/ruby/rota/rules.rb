# What lines look like: the same formats as pipeline/rsyslog/rules/*.rulebase, as regular expressions. They are matched
# against Latin-1 text, one character a byte; each capture becomes text by itself.
module Rota
  module Rules
    # No quote stands inside a field: nginx writes it as \x22, and gunicorn's \" is replaced before.
    # A carriage return may stand at the end, say.
    TAIL = '\[(?<time>[^\[\]]+)\] "(?<request>[^"]*)" (?<status>[^ ]+) (?<bytes>[^ ]+) "(?<referer>[^"]*)" ' \
           '"(?<agent>[^"]*)"(?: (?<extra>.*)|[ \t\n\v\f\r]*)\z'
    # A name may hold ` [` itself.
    USER = ' - (?<user>[^"]+?) '
    ACCESS = [
      Regexp.new('\A(?<addr>[^ ]+)' + USER + TAIL, Regexp::MULTILINE),
      # gunicorn on a unix socket has no peer address.
      Regexp.new('\A' + USER + TAIL, Regexp::MULTILINE),
      Regexp.new('\A(?<host>[^ ]+) (?<addr>[^ ]+)' + USER + TAIL, Regexp::MULTILINE),
    ].freeze

    NGINX_ERROR = [
      /\A(?<date>[^ ]+) (?<time>[^ ]+) \[(?<level>[^\]]+)\] (?<pid>\d+)#(?<tid>\d+): (?:\*(?<connection>\d+) )?(?<message>(?:(?!, client: ).)+), client: (?<context>.*)\z/m,
      /\A(?<date>[^ ]+) (?<time>[^ ]+) \[(?<level>[^\]]+)\] (?<pid>\d+)#(?<tid>\d+): (?:\*(?<connection>\d+) )?(?<message>.*)\z/m,
    ].freeze

    GUNICORN_ERROR = [
      /\A\[(?<date>[^ ]+) (?<time>[^ ]+) (?<zone>[^\]]+)\] \[(?<pid>\d+)\] \[(?<level>[^\]]+)\] (?<message>.*)\z/m,
    ].freeze

    HAPROXY_REQUEST = [Regexp.new(
      '\A(?<client>[^ ]+) \[(?<time>[^\]]+)\] (?<frontend>[^ ]+) (?<backend>[^/]+)/(?<server>[^ ]+) ' \
      '(?<tr>[^/]+)/(?<tw>[^/]+)/(?<tc>[^/]+)/(?<tresp>[^/]+)/(?<ta>[^ ]+) (?<status>[^ ]+) (?<bytes>[^ ]+) ' \
      '(?<req_cookie>[^ ]+) (?<res_cookie>[^ ]+) (?<termination>[^ ]+) ' \
      '(?<actconn>[^/]+)/(?<feconn>[^/]+)/(?<beconn>[^/]+)/(?<srvconn>[^/]+)/(?<retries>[^ ]+) ' \
      '(?<srvqueue>[^/]+)/(?<beqqueue>[^ ]+) (?:\{(?<req_headers>[^}]*)\} )?(?:\{(?<res_headers>[^}]*)\} )?' \
      '"(?:(?<request>[^"]*)"(?: rota=(?<rota>.*)| (?<extra>.*))?|(?<cut>.*))\z', Regexp::MULTILINE
    )].freeze
    HAPROXY_SERVER = [
      /\A(?:Backup )?Server (?<backend>[^\/]+)\/(?<server>[^ ]+) is (?<state>[^, .!]*)(?<detail>.*)\z/m,
      /\AServer (?<backend>[^\/]+)\/(?<server>[^ ]+) \([^)]+\) is (?<state>[^, .!]*)(?<detail>.*)\z/m,
      /\A(?:Backup )?Server (?<backend>[^\/]+)\/(?<server>[^ ]+) enters (?<state>[^ ]+)(?<detail>.*)\z/m,
      /\AHealth check for (?:backup )?server (?<backend>[^\/]+)\/(?<server>[^ ]+) (?<result>[^,]+)(?<detail>,.*)\z/m,
    ].freeze
    HAPROXY_BACKEND = [/\Abackend (?<backend>[^ ]+) has no server available!\z/].freeze
    HAPROXY_PROXY = [/\AProxy (?<backend>[^ ]+) (?<detail>.*)\z/m].freeze

    # Stands for gunicorn's \" while a line is split, so that a field ends at its own quote.
    HIDDEN_QUOTE = "\u0001".freeze

    # By the dataset that the agent names; the last member of each entry says which rule fitted.
    BY_DATASET = {
      'nginx.access' => [[ACCESS, 'access']],
      'gunicorn.access' => [[ACCESS, 'access']],
      'nginx.error' => [[NGINX_ERROR, 'error']],
      'gunicorn.error' => [[GUNICORN_ERROR, 'gunicorn']],
      'haproxy.log' => [[HAPROXY_REQUEST, 'http'], [HAPROXY_SERVER, 'server'], [HAPROXY_BACKEND, 'backend'], [HAPROXY_PROXY, 'proxy']],
    }.freeze
    # A line whose sender did not say what it is: the first format that fits it wins.
    ANY = %w[nginx.access haproxy.log nginx.error gunicorn.error].flat_map { |dataset| BY_DATASET[dataset] }.freeze

    # The fields of a line as text, with the fitting rule's name as 'rule'; nil when none fits.
    def self.split(latin1, dataset)
      rules = dataset == 'any' ? ANY : BY_DATASET[dataset]
      hides = dataset == 'gunicorn.access' && latin1.include?('\\"')
      latin1 = latin1.gsub('\\"', HIDDEN_QUOTE) if hides
      (rules || []).each do |patterns, name|
        patterns.each do |pattern|
          found = pattern.match(latin1)
          return fields(found, hides).merge!('rule' => name) if found
        end
      end
      nil
    end

    def self.fields(found, hides)
      all = {}
      found.names.each do |name|
        value = found[name]
        next if value.nil?
        value = value.gsub(HIDDEN_QUOTE, '"') if hides
        all[name] = Text.read(value)
      end
      all
    end
  end
end
