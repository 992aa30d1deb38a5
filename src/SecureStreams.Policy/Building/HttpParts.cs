using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>Gathers what only HTTP reads, beginning with the defaults.</summary>
internal sealed class HttpParts
{
    private static readonly PolicyTemplate Root = PolicyTemplate.Parse("/");

    public string Method { get; set; } = "GET";

    public PolicyTemplate Url { get; set; } = Root;

    public int? Expect { get; set; }

    public bool FailRedirect { get; set; }

    public bool NoContentLength { get; set; }

    public bool FormUrlEncoded { get; set; }

    public ImmutableArray<KeyValuePair<int, int>> ResponseMap { get; set; } = [];

    public HttpPolicy Build() => new()
    {
        Method = Method,
        Url = Url,
        Expect = Expect,
        FailRedirect = FailRedirect,
        NoContentLength = NoContentLength,
        FormUrlEncoded = FormUrlEncoded,
        ResponseMap = ResponseMap,
    };
}
