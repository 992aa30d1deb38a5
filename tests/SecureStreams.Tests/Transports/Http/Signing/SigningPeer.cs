using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace SecureStreams.Tests.Transports.Http.Signing;

/// <summary>
/// The server's side of AWS Signature Version 4, written down anew from its description: takes the request as it arrived and works out what the signature has to be.
/// Answers 200 with method, target and the hash of the body, or 403 with what is wrong.
/// </summary>
internal sealed partial class SigningPeer(string accessKeyId, string secret)
{
    /// <summary>The session token that has to come along; null for none.</summary>
    public string? Token { get; set; }

    /// <summary>What it takes for the time; null for whatever a request says.</summary>
    public Func<DateTimeOffset>? Clock { get; set; }

    public async Task AnswerAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var hash = Hex(SHA256.HashData(body.ToArray()));
        var problem = ProblemOf(http, hash);
        if (Clock is { } clock)
            http.Response.Headers.Date = clock().ToString("r", CultureInfo.InvariantCulture);
        http.Response.StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status403Forbidden;
        await http.Response.WriteAsync(problem ?? $"{http.Request.Method} {Target(http)} {body.Length} {http.Request.Headers["x-amz-content-sha256"]}");
    }

    private static string Target(HttpContext http) => http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    [GeneratedRegex("^AWS4-HMAC-SHA256 Credential=([^/]+)/([0-9]{8})/([^/]+)/([^/]+)/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$")]
    private static partial Regex Field();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();

    private string? ProblemOf(HttpContext http, string bodyHash)
    {
        var request = http.Request;
        var field = Field().Match(request.Headers.Authorization.ToString());
        if (!field.Success)
            return $"no signature in '{request.Headers.Authorization}'";
        var (id, date, region, service) = (field.Groups[1].Value, field.Groups[2].Value, field.Groups[3].Value, field.Groups[4].Value);
        var signed = field.Groups[5].Value.Split(';');
        var time = request.Headers["x-amz-date"].ToString();
        if (id != accessKeyId || !time.StartsWith(date + "T", StringComparison.Ordinal))
            return $"key {id} at {time}";
        if (Clock is { } clock && (clock() - DateTimeOffset.ParseExact(time, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)).Duration() > TimeSpan.FromMinutes(5))
            return $"RequestTimeTooSkewed: {time}";

        var needed = request.Headers.Keys.Select(static name => name.ToLowerInvariant()).Where(static name => name.StartsWith("x-amz-", StringComparison.Ordinal) || name is "content-type" or "host");
        if (needed.Except(signed).ToList() is { Count: > 0 } unsigned)
            return $"not signed: {string.Join(' ', unsigned)}";
        if (!signed.SequenceEqual(signed.Order(StringComparer.Ordinal)) || !signed.Contains("host"))
            return $"signed headers {field.Groups[5].Value}";
        if (request.Headers["x-amz-security-token"].ToString() != (Token ?? ""))
            return "the session token";

        var stated = request.Headers["x-amz-content-sha256"].ToString();
        if (stated != bodyHash && !(stated == "UNSIGNED-PAYLOAD" && request.IsHttps))
            return $"the body is {bodyHash}, and said to be {stated}";

        var target = Target(http).Split('?', 2);
        var path = service == "s3"
            ? string.Join('/', Uri.UnescapeDataString(target[0]).Split('/').Select(Uri.EscapeDataString))
            : string.Join('/', target[0].Split('/').Select(Uri.EscapeDataString));
        var query = target.Length == 1
            ? []
            : target[1].Split('&').Where(static one => one.Length > 0).Select(static one => one.Split('=', 2))
                .Select(static one => (Name: Uri.EscapeDataString(Uri.UnescapeDataString(one[0])), Value: one.Length == 1 ? "" : Uri.EscapeDataString(Uri.UnescapeDataString(one[1]))))
                .OrderBy(static one => one.Name, StringComparer.Ordinal).ThenBy(static one => one.Value, StringComparer.Ordinal).ToList();
        var headers = signed.Select(name => $"{name}:{Spaces().Replace((name == "host" ? request.Host.Value! : string.Join(',', request.Headers[name].ToArray())).Trim(), " ")}\n");
        var canonical = $"{request.Method}\n{path}\n{string.Join('&', query.Select(static one => $"{one.Name}={one.Value}"))}\n{string.Concat(headers)}\n{field.Groups[5].Value}\n{stated}";
        var toSign = $"AWS4-HMAC-SHA256\n{time}\n{date}/{region}/{service}/aws4_request\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = Mac(Mac(Mac(Mac(Encoding.UTF8.GetBytes("AWS4" + secret), date), region), service), "aws4_request");
        return Hex(Mac(key, toSign)) == field.Groups[6].Value ? null : $"SignatureDoesNotMatch: {canonical}";
    }
}
