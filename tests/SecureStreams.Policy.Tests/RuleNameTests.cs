using System.Text.RegularExpressions;
using SecureStreams.TestSupport.Repository;
using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>Rules ask for attributes by name; a name that no row has would switch a rule off without a word.</summary>
public sealed partial class RuleNameTests
{
    /// <summary>Asked for ahead of their rows.</summary>
    private static readonly string[] ToCome =
    [
        "port_metadata", "tls_cert_blob", "tls_key_blob", "mqtt_client_id", "svalidping_ms", "svalidhup_ms", "restart_after_ms", "rx_watermark_low", "rx_watermark_high",
        "tx_watermark_low", "tx_watermark_high",
    ];

    [Fact]
    public void Every_name_that_a_rule_asks_for_has_a_row()
    {
        var known = PolicyAttributeTable.All.Select(static row => row.Name).Concat(ToCome).ToHashSet(StringComparer.Ordinal);
        var asked = Directory.EnumerateFiles(RepoPaths.Combine("src", "SecureStreams.Policy", "Rules"), "*.cs")
            .SelectMany(static file => Question().Matches(File.ReadAllText(file)))
            .SelectMany(static call => Literal().Matches(call.Groups["names"].Value))
            .Select(static literal => literal.Groups[1].Value)
            .ToHashSet(StringComparer.Ordinal);
        Assert.InRange(asked.Count, 30, 300);
        Assert.Empty(asked.Where(name => !known.Contains(name) && !name.StartsWith('_')).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("""\b(?:Find|FindAny|Flag|IsWrong|IsStated|EffectiveNumber)\((?<names>(?:[^()"]|"[^"]*")*)\)""")]
    private static partial Regex Question();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Literal();
}
