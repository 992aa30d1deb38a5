using System.Text.Json;
using SecureStreams.Codecs.Aws;
using SecureStreams.Codecs.Http;

namespace SecureStreams.Codecs.Tests.Aws;

/// <summary>One case of the signing test suite that AWS publishes; the file says where it is from.</summary>
internal sealed class AwsVector
{
    private static readonly JsonDocument File = Read();

    private readonly JsonElement _case;

    private AwsVector(JsonElement one) => _case = one;

    public static string AccessKeyId => Text(File.RootElement, "accessKeyId");

    public static string Secret => Text(File.RootElement, "secretAccessKey");

    public static AwsSignatureScope Scope { get; } = new(Text(File.RootElement, "date"), Text(File.RootElement, "region"), Text(File.RootElement, "service"));

    public static IEnumerable<string> Names => File.RootElement.GetProperty("cases").EnumerateArray().Select(static one => Text(one, "name"));

    public string CanonicalRequest => Text(_case, "canonicalRequest");

    public string StringToSign => Text(_case, "stringToSign");

    public string Authorization => Text(_case, "authorization");

    /// <summary>The request as a signer of the suite leaves it: with the date, and what else it signs.</summary>
    public AwsSignatureRequest Request
    {
        get
        {
            var fields = _case.GetProperty("headers").EnumerateArray().Select(static one => new HttpField(Text(one, "name"), Text(one, "value"))).ToList();
            fields.Add(new HttpField("X-Amz-Date", Scope.Time));
            var body = _case.TryGetProperty("body", out var stated) ? stated.GetString()! : "";
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(body)));
            if (_case.GetProperty("signBody").GetBoolean())
                fields.Add(new HttpField("x-amz-content-sha256", hash));
            if (_case.TryGetProperty("token", out var token) && _case.GetProperty("signToken").GetBoolean())
                fields.Add(new HttpField("X-Amz-Security-Token", token.GetString()!));
            return new AwsSignatureRequest
            {
                Method = Text(_case, "method"),
                Target = Text(_case, "target"),
                Fields = fields,
                PayloadHash = hash,
                PathRules = _case.GetProperty("normalize").GetBoolean() ? AwsPathRules.Normalized : AwsPathRules.Verbatim,
            };
        }
    }

    public static AwsVector Of(string name) => new(File.RootElement.GetProperty("cases").EnumerateArray().Single(one => Text(one, "name") == name));

    private static JsonDocument Read()
    {
        using var stream = typeof(AwsVector).Assembly.GetManifestResourceStream("aws-sig-v4.json")!;
        return JsonDocument.Parse(stream);
    }

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;
}
