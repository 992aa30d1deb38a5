using System.Text;
using System.Text.RegularExpressions;

namespace SecureStreams.Policy.Tests.Schema;

/// <summary>What the loader has against the shape of a document: the part of its findings that a schema can know.</summary>
internal static partial class LoaderVerdict
{
    /// <summary>Findings on members and values, apart from a member that stands twice: of those JSON readers keep the last and say nothing.</summary>
    public static IReadOnlyList<PolicyDiagnostic> ObjectionsTo(string document) =>
    [
        .. PolicyLoader.Load(Encoding.UTF8.GetBytes(document), "policy.json").Diagnostics
            .Where(static one => one.Id is "SSP0004" or "SSP0205" || (one.Id.StartsWith("SSP01", StringComparison.Ordinal) && one.Id is not ("SSP0105" or "SSP0110"))),
    ];

    /// <summary>From <c>$.s[0].mintest['a b']</c> to <c>/s/0/mintest/a b</c>. Messages show control characters as escapes.</summary>
    public static string PointerOf(PolicyDiagnostic finding) => Regex.Unescape(Step().Replace(finding.JsonPath[1..], "/${index}${quoted}${plain}"));

    [GeneratedRegex(@"\[(?<index>\d+)\]|\['(?<quoted>.*?)'\]|\.(?<plain>[A-Za-z0-9_-]+)")]
    private static partial Regex Step();
}
