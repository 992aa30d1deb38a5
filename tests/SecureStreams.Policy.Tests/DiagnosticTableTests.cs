using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>Every row of the table of ids explains itself, and its example gives what it says.</summary>
public sealed class DiagnosticTableTests
{
    /// <summary>What an example cannot be shown without: a private key in the text is a finding of its own.</summary>
    private static readonly Dictionary<string, string[]> Companions = new() { ["SSP0309"] = ["SSP0305"] };

    public static TheoryData<string> WithExample =>
        [.. PolicyDiagnosticTable.All.Where(static info => info.Example is not null).Select(static info => info.Id)];

    [Theory]
    [MemberData(nameof(WithExample))]
    public void An_example_gives_its_id_and_no_other(string id)
    {
        var info = PolicyDiagnosticTable.All.Single(one => one.Id == id);
        var found = PolicyErrorPage.Load(info).Diagnostics;
        Assert.Equal(id, Assert.Single(found.Select(static one => one.Id).Except(Companions.GetValueOrDefault(id, [])).ToList()));
        Assert.Single(found, one => one.Id == id);
        Assert.All(found.Where(one => one.Id == id), one => Assert.Equal(info.Severity, one.Severity));
    }

    [Fact]
    public void Every_row_says_what_it_means_and_what_to_do() => Assert.All(PolicyDiagnosticTable.All, static info =>
    {
        Assert.InRange(info.Title.Length, 5, 70);
        Assert.EndsWith(".", info.Fix, StringComparison.Ordinal);
        Assert.EndsWith(".", info.Explanation, StringComparison.Ordinal);
        Assert.Equal(info.Example is null, info.NoExample is not null);
    });

    [Fact]
    public void Rows_are_all_of_the_rows()
    {
        var fields = typeof(PolicyDiagnosticTable).GetFields(System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)
            .Where(static field => field.FieldType == typeof(PolicyDiagnosticInfo)).Select(static field => ((PolicyDiagnosticInfo)field.GetValue(null)!).Id);
        Assert.Equal(fields.Order(StringComparer.Ordinal), PolicyDiagnosticTable.All.Select(static info => info.Id));
    }
}
