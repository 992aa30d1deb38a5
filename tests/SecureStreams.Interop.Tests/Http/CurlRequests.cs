namespace SecureStreams.Interop.Tests.Http;

/// <summary>The requests that are compared with curl's.</summary>
internal static class CurlRequests
{
    public static IReadOnlyDictionary<string, CurlRequest> All { get; } = new Dictionary<string, CurlRequest>
    {
        ["GET with a query"] = new("\"http_method\": \"GET\"", null, "/a/b?x=1&y=two%20words"),
        ["HEAD"] = new("\"http_method\": \"HEAD\"", null, "/head", "--head"),
        ["DELETE"] = new("\"http_method\": \"DELETE\"", null, "/gone", "-X", "DELETE"),
        ["POST"] = new("\"http_method\": \"POST\", \"metadata\": [{ \"type\": \"content-type\" }]", "hello \u00e9\r\n\0", "/p", "--data-binary", "@BODY", "-H", "Content-Type: text/x")
        {
            Metadata = new Dictionary<string, string> { ["type"] = "text/x" },
        },
        ["PUT"] = new("\"http_method\": \"PUT\", \"http_expect\": 200", "some bytes", "/put/this", "-X", "PUT", "--data-binary", "@BODY", "-H", "Content-Type:"),
        ["form"] = new("\"http_method\": \"POST\", \"http_www_form_urlencoded\": true", "a=1&b=two+words", "/form", "--data-binary", "@BODY"),
        ["chunked"] = new(
            "\"http_method\": \"POST\", \"http_no_content_length\": true", "some bytes", "/chunks", "--data-binary", "@BODY", "-H", "Transfer-Encoding: chunked", "-H", "Content-Type:"),
        ["multipart"] = new(
            "\"http_method\": \"POST\", \"http_multipart_name\": \"up\\\"load\", \"http_multipart_filename\": \"f\u00fcr \\\"dich\\\".txt\", \"http_mime_content_type\": \"text/x\"",
            "file \u00e9\r\n--", "/m", "-F", "up\"load=@BODY;type=text/x;filename=\"f\u00fcr \\\"dich\\\".txt\""),
        ["multipart without a file"] = new("\"http_method\": \"POST\", \"http_multipart_name\": \"field\"", "value", "/m", "-F", "field=<BODY"),
        ["headers"] = new(
            "\"http_method\": \"GET\", \"metadata\": [{ \"a\": \"X-A\" }, { \"b\": \"x-b:\" }, { \"host\": \"host\" }]", null, "/h",
            "-H", "X-A: one, \"two\"", "-H", "x-b: \u00fc", "-H", "Host: virtual.test")
        {
            Metadata = new Dictionary<string, string> { ["a"] = "one, \"two\"", ["b"] = "\u00fc", ["host"] = "virtual.test" },
        },
        ["auth"] = new("\"http_method\": \"GET\", \"http_auth_header\": \"authorization:\", \"http_auth_preamble\": \"Basic \"", null, "/auth", "--user", "user:pass")
        {
            Credentials = Convert.ToBase64String("user:pass"u8),
        },

        // The first answer sets the cookies.
        ["cookies"] = new("\"http_method\": \"GET\", \"http_cookies\": true", null, "/deep/cookie", "--cookie", "n=v; m=w=x") { Rounds = 2 },
        ["continue"] = new(
            "\"http_method\": \"POST\", \"http_expect_continue\": true", "some bytes", "/c", "--data-binary", "@BODY", "-H", "Expect: 100-continue", "-H", "Content-Type:"),
    };
}
