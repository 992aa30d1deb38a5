using System.Text;
using Xunit;

namespace SecureStreams.Policy.Tests.Properties;

/// <summary>Each name that the table knows, each way to mistype it once, through the loader: the warning suggests what was meant.</summary>
public sealed class TypoTests
{
    private static readonly string Letters = PropertyRun.IsLong ? "abcdefghijklmnopqrstuvwxyz_-5" : "aq_";

    [Fact]
    public void Every_name_mistyped_once_is_suggested()
    {
        var (meant, another, none) = (0, 0, 0);
        foreach (var row in PolicyAttributeTable.All)
        {
            foreach (var spelling in row.OldSpellings.Prepend(row.Name))
            {
                foreach (var typo in Typos(spelling).Distinct().Where(typo => IsUnknown(row.Section, typo)))
                {
                    var suggested = Suggested(row.Section, typo);
                    if (suggested == spelling)
                        meant++;
                    else if (suggested is null)
                        none += MayBeSilent(spelling, typo);
                    else
                        another += MayBeAnother(row.Section, typo, suggested, spelling);
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{meant} as meant, {another} as near, {none} too short");
        Assert.True(meant > 10_000, $"{meant}");
        Assert.InRange(another, 0, meant / 50);
        Assert.InRange(none, 0, meant / 50);
    }

    /// <summary>A name of two letters has nothing left that one could recognize it by.</summary>
    private static int MayBeSilent(string spelling, string typo)
    {
        Assert.True(Math.Max(spelling.Length, typo.Length) < 3, $"Nothing is suggested for '{typo}', which is nearly '{spelling}'.");
        return 1;
    }

    /// <summary>Where two names are one mistake away, either is right.</summary>
    private static int MayBeAnother(PolicySection section, string typo, string suggested, string spelling)
    {
        Assert.True(Suggestion.Distance(typo, suggested) <= 1, $"'{suggested}' is suggested for '{typo}', which is nearer to '{spelling}'.");
        Assert.NotNull(PolicyAttributeTable.Find(section, suggested));
        return 1;
    }

    private static string? Suggested(PolicySection section, string typo)
    {
        var member = $"\"{typo}\": 5";
        var text = section switch
        {
            PolicySection.Document => $$"""{ {{member}}, "s": [ { "x": { "endpoint": "a" } } ] }""",
            PolicySection.Retry => $$"""{ "retry": [ { "r": { {{member}} } } ] }""",
            PolicySection.TrustStores => $$"""{ "trust_stores": [ { "name": "t", {{member}} } ] }""",
            PolicySection.Auth => $$"""{ "auth": [ { "name": "t", {{member}} } ] }""",
            PolicySection.Metrics => $$"""{ "metrics": [ { "name": "t", {{member}} } ] }""",
            _ => $$"""{ "s": [ { "x": { {{member}} } } ] }""",
        };
        var warning = PolicyLoader.Load(Encoding.UTF8.GetBytes(text), "p").Diagnostics.Single(static one => one.Id == "SSP0104");
        Assert.Equal(PolicySeverity.Warning, warning.Severity);
        Assert.Contains($"unknown member '{typo}', ignored", warning.Message, StringComparison.Ordinal);
        const string Mark = "; did you mean '";
        var at = warning.Message.IndexOf(Mark, StringComparison.Ordinal);
        var suggested = at < 0 ? null : warning.Message[(at + Mark.Length)..^2];
        Assert.Equal(Suggestion.Nearest(typo, PolicyAttributeTable.SpellingsOf(section)), suggested);
        return suggested;
    }

    private static bool IsUnknown(PolicySection section, string typo) =>
        typo.Length > 0 && PolicyAttributeTable.Find(section, typo) is null && !typo.StartsWith("x_", StringComparison.Ordinal);

    private static IEnumerable<string> Typos(string name)
    {
        for (var i = 0; i <= name.Length; i++)
        {
            if (i < name.Length)
                yield return name.Remove(i, 1);
            if (i + 1 < name.Length)
                yield return $"{name[..i]}{name[i + 1]}{name[i]}{name[(i + 2)..]}";
            foreach (var letter in Letters)
            {
                yield return name.Insert(i, letter.ToString());
                if (i < name.Length)
                    yield return $"{name[..i]}{letter}{name[(i + 1)..]}";
            }
        }
    }
}
