using System.Text;
using SecureStreams.TestSupport.Certificates;

namespace SecureStreams.Interop.Tests.Nginx;

/// <summary>Writes what nginx needs into a directory of its own.</summary>
internal static class NginxConfiguration
{
    // What clients say of a request beside its line, and what one might wrongly say. user-agent, accept and connection are the client's own.
    private static readonly string[] SeenHeaders =
    [
        "host", "content-type", "content-length", "transfer-encoding", "content-encoding", "content-language", "content-disposition", "expect", "x-a", "x-b", "authorization", "cookie",
        "accept-encoding", "accept-language", "accept-charset", "referer", "origin", "te", "trailer", "upgrade", "range", "if-none-match", "if-modified-since", "cache-control", "pragma", "date", "via",
        "forwarded", "x-forwarded-for", "traceparent", "request-id", "priority", "keep-alive", "proxy-connection", "http2-settings",
    ];

    /// <summary>Writes certificates and <c>nginx.conf</c> and returns the path of the latter.</summary>
    public static string Write(string directory, NginxPorts ports, int upstreamPort)
    {
        foreach (var name in new[] { "static", "upload", "body", "proxy", "fastcgi", "uwsgi", "scgi" })
            Directory.CreateDirectory(Path.Combine(directory, name));
        File.WriteAllText(Path.Combine(directory, "trusted.crt"), TestCertificates.Authority.Pem);

        var text = new StringBuilder();

        // As root, workers would become a user that may not read a private temporary directory.
        if (Environment.IsPrivilegedProcess)
            text.Append("user root;\n");
        text.Append($$"""
            daemon off;
            worker_processes 1;
            pid {{directory}}/nginx.pid;
            error_log {{directory}}/error.log info;
            events { worker_connections 512; }
            http {
                log_format line '$server_port|$request|$status|$body_bytes_sent|$request_length|$ssl_protocol|$server_protocol|$http_user_agent|$connection|$request_time';
                log_format seen escape=json '{"method":"$request_method","uri":"$request_uri","protocol":"$server_protocol","host":"$host",{{string.Concat(SeenHeaders.Select(HeaderAsJson))}}"body":"$request_body"}';
                access_log {{directory}}/access.log line;
                client_body_temp_path {{directory}}/body;
                proxy_temp_path {{directory}}/proxy;
                fastcgi_temp_path {{directory}}/fastcgi;
                uwsgi_temp_path {{directory}}/uwsgi;
                scgi_temp_path {{directory}}/scgi;
                default_type application/octet-stream;
                client_max_body_size 64m;
                ssl_protocols TLSv1.2 TLSv1.3;

            """);
        text.Append($$"""
                server { listen unix:{{directory}}/seen.sock; access_log off; location / { return 200 "seen\n"; } }

            """);
        Server(text, directory, upstreamPort, ports.Http, null, "");
        Server(text, directory, upstreamPort, ports.Https, TestCertificates.Server, "ssl", "https");
        Server(text, directory, upstreamPort, ports.H2, TestCertificates.Server, "ssl http2", "h2");
        Server(text, directory, upstreamPort, ports.OtherAuthority, TestCertificates.OtherServer, "ssl http2", "other");
        Server(text, directory, upstreamPort, ports.Expired, TestCertificates.Expired, "ssl http2", "expired");
        Server(text, directory, upstreamPort, ports.WrongHost, TestCertificates.WrongHost, "ssl http2", "wronghost");
        Server(text, directory, upstreamPort, ports.Chained, TestCertificates.Chained, "ssl http2", "chained");
        Server(text, directory, upstreamPort, ports.ClientCertificate, TestCertificates.Server, "ssl http2", "identity", $"""
                    ssl_client_certificate {directory}/trusted.crt;
                    ssl_verify_client on;

            """);
        text.Append("}\n");

        var path = Path.Combine(directory, "nginx.conf");
        File.WriteAllText(path, text.ToString());
        return path;
    }

    private static string HeaderAsJson(string name) => $"\"header {name}\":\"$http_{name.Replace('-', '_')}\",";

    private static void Server(
        StringBuilder text, string directory, int upstreamPort, int port, TestCertificate? certificate, string listen, string name = "", string more = "")
    {
        text.Append($"    server {{\n        listen 127.0.0.1:{port} {listen};\n");
        if (certificate is not null)
        {
            var (certificateFile, keyFile) = certificate.WritePem(directory, name);
            text.Append($"        ssl_certificate {certificateFile};\n        ssl_certificate_key {keyFile};\n");
        }

        text.Append(more).Append($$"""
                    location /static/ { root {{directory}}; }
                    location /slow/ { alias {{directory}}/static/; limit_rate 64k; }
                    location /upload/ { root {{directory}}; dav_methods PUT DELETE; create_full_put_path on; }
                    location = /nocontent { return 204; }
                    location = /moved { return 301 /target; }
                    location = /moved-keeping-method { return 307 /app/hash; }
                    location = /loop { return 302 /loop; }
                    location = /target { return 200 "target\n"; }
                    location = /busy { add_header Retry-After 1 always; return 503; }
                    location = /reset { return 444; }
                    location = /torn { reset_timedout_connection on; return 444; }
                    location /stalled/ { alias {{directory}}/static/; send_timeout 1s; reset_timedout_connection on; }
                    location /seen/ {
                        access_log {{directory}}/seen.log seen;
                        client_body_in_single_buffer on;
                        add_header Set-Cookie "n=v";
                        add_header Set-Cookie "m=w=x; Path=/";
                        proxy_pass http://unix:{{directory}}/seen.sock;
                    }
                    location /app/ {
                        proxy_pass http://127.0.0.1:{{upstreamPort}}/;
                        proxy_http_version 1.1;
                        proxy_request_buffering off;
                        proxy_buffering off;
                    }
                }

            """);
    }
}
