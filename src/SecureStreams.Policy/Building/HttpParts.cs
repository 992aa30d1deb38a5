using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace SecureStreams.Policy;

/// <summary>Gathers what only HTTP reads, beginning with the defaults.</summary>
internal sealed class HttpParts
{
    private static readonly PolicyTemplate Root = PolicyTemplate.Parse("/");

    public HttpParts() => Clear();

    public string Method { get; set; }

    public PolicyTemplate Url { get; set; }

    public int? Expect { get; set; }

    public bool FailRedirect { get; set; }

    public bool NoContentLength { get; set; }

    public bool FormUrlEncoded { get; set; }

    public ImmutableArray<KeyValuePair<int, int>> ResponseMap { get; set; }

    /// <summary>Back to the defaults.</summary>
    [MemberNotNull(nameof(Method), nameof(Url))]
    public void Clear()
    {
        Method = "GET";
        Url = Root;
        Expect = null;
        FailRedirect = false;
        NoContentLength = false;
        FormUrlEncoded = false;
        ResponseMap = [];
    }

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
