# frozen_string_literal: true

# A module forge of one's own, as small as r10k allows: answers what r10k asks of forgeapi.puppet.com for the release
# archives in one directory.
#
#   ruby forge.rb DIRECTORY PORT

require 'digest/sha2'
require 'json'
require 'webrick'

directory, port = ARGV
server = WEBrick::HTTPServer.new(BindAddress: '127.0.0.1', Port: Integer(port), AccessLog: [])

# All releases of a module, the newest first. Read anew for each request: archives come and go while this runs.
releases = lambda do |slug|
  paths = Dir.glob(File.join(directory, "#{slug}-*.tar.gz"))
  found = paths.map do |path|
    version = File.basename(path, '.tar.gz').delete_prefix("#{slug}-")
    { slug: "#{slug}-#{version}", version: version, deleted_at: nil, metadata: {},
      uri: "/v3/releases/#{slug}-#{version}", file_uri: "/v3/files/#{File.basename(path)}",
      file_md5: Digest::MD5.file(path).hexdigest, file_sha256: Digest::SHA256.file(path).hexdigest }
  end
  found.sort_by { |release| Gem::Version.new(release[:version]) }.reverse
end

answer = lambda do |response, body|
  response.status = body ? 200 : 404
  response['Content-Type'] = 'application/json'
  response.body = JSON.generate(body || { message: 'not found' })
end

server.mount_proc('/v3/modules') do |request, response|
  slug = File.basename(request.path)
  all = releases.call(slug)
  found = { slug: slug, releases: all, current_release: all.first, deprecated_at: nil }
  answer.call(response, all.empty? ? nil : found)
end

server.mount_proc('/v3/releases') do |request, response|
  wanted = File.basename(request.path)
  answer.call(response, releases.call(wanted[/\A\w+-\w+/]).find { |release| release[:slug] == wanted })
end

server.mount('/v3/files', WEBrick::HTTPServlet::FileHandler, directory)

trap('TERM') { server.shutdown }
server.start
