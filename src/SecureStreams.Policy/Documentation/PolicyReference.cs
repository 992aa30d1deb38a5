using System.Globalization;
using System.Text;

namespace SecureStreams.Policy;

/// <summary>The reference pages, made from the tables, so that they cannot say something else.</summary>
public static class PolicyReference
{
    /// <summary>Every attribute by section: <c>docs/policy-attributes.md</c>.</summary>
    public static string ToMarkdown()
    {
        var page = new StringBuilder();
        page.Append("""
            # Policy attributes

            Made from the attribute table (`src/SecureStreams.Policy/Attributes`); a test keeps the two the same.

            - **Impact** is what a change asks of running streams: `live` takes effect on the running connection or listener, `next_attempt` at the next attempt,
              accepted connection or transaction, `reconnect` replaces the connection, `recreate` creates the stream or listener anew.
            - **Acted on**: attributes with "no" are checked and kept, and have no effect in this release.
            - **Extensions** stand in tables of their own: lws does not know them and passes over them.
            - `null` returns an attribute to its default. Members whose names begin with `x_` or `$` are the author's own; where
              names are the author's choice, as those of streamtypes, only `$` is.


            """.ReplaceLineEndings("\n"));
        foreach (var section in PolicyAttributeTable.All.GroupBy(static row => row.Section))
        {
            page.Append("## ").Append(TitleOf(section.Key)).Append("\n\n");
            AppendTable(page, section.Where(static row => !row.IsExtension));
            if (!section.Any(static row => row.IsExtension))
                continue;
            page.Append("### Extensions of ").Append(TitleOf(section.Key)).Append("\n\n");
            AppendTable(page, section.Where(static row => row.IsExtension));
        }

        return page.ToString().TrimEnd('\n') + "\n";
    }

    /// <summary>Every diagnostic id, with what it means, an example and the message that it gives: <c>docs/policy-errors.md</c>.</summary>
    public static string ErrorsToMarkdown() => PolicyErrorPage.Write();

    private static void AppendTable(StringBuilder page, IEnumerable<PolicyAttributeInfo> rows)
    {
        page.Append("| Name | Type | Default | Scope | Protocols | Impact | Acted on | Meaning |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var row in rows)
            Append(page, row);
        page.Append('\n');
    }

    private static void Append(StringBuilder page, PolicyAttributeInfo row)
    {
        var name = $"`{row.Name}`" + string.Concat(row.OldSpellings.Select(static old => $", also `{old}`"));
        var help = row.Help + (row.IsSecret ? " Never shown in messages." : "");
        page.Append("| ").Append(Cell(name))
            .Append(" | ").Append(Cell(TypeOf(row)))
            .Append(" | ").Append(Cell(row.Default.Length == 0 ? "–" : row.Default))
            .Append(" | ").Append(ScopeOf(row.Scopes))
            .Append(" | ").Append(row.Section == PolicySection.StreamTypes && row.Protocols != PolicyProtocols.All ? row.Protocols.ToNames(" ") : "any")
            .Append(" | ").Append(row.Impact.ToName())
            .Append(" | ").Append(row.ActedOn ? "yes" : "no")
            .Append(" | ").Append(Cell(help)).Append(" |\n");
    }

    private static string TitleOf(PolicySection section) => section switch
    {
        PolicySection.Document => "Members of the document",
        PolicySection.Retry => "`retry`: back-off schemes",
        PolicySection.TrustStores => "`trust_stores`",
        PolicySection.Auth => "`auth`",
        PolicySection.Metrics => "`metrics`",
        PolicySection.StreamTypes => "`s`: streamtypes",
        _ => section.ToString(),
    };

    private static string TypeOf(PolicyAttributeInfo row)
    {
        var unit = row.Unit.Length == 0 ? "" : " " + row.Unit;
        var range = ValueReader.RangeOf(row.Minimum, row.Maximum);
        var form = row.PatternHelp.Length == 0 ? "" : ": " + row.PatternHelp;
        var items = row.MaximumItems == int.MaxValue ? "" : string.Create(CultureInfo.InvariantCulture, $", at most {row.MaximumItems}");
        return row.Kind switch
        {
            PolicyValueKind.Flag => "true or false",
            PolicyValueKind.Number => string.Create(CultureInfo.InvariantCulture, $"number {range}{unit}{(row.ZeroMeansDefault && row.Minimum > 0 ? ", or 0 for the default" : "")}"),
            PolicyValueKind.NumberList => string.Create(CultureInfo.InvariantCulture, $"array of numbers {range}{unit}{items}"),
            PolicyValueKind.Text => "string" + form,
            PolicyValueKind.TextList => "array of strings" + items + form,
            PolicyValueKind.Template => "string with `${name}`",
            PolicyValueKind.Choice => string.Join(" ", row.Choices.Select(static choice => $"`{choice}`")),
            PolicyValueKind.Token => "HTTP token" + (row.Refused.IsEmpty ? "" : ", not " + string.Join(" or ", row.Refused.Select(static one => one.Key))),
            PolicyValueKind.HeaderName => "header name, with or without a colon at the end",
            PolicyValueKind.Name => NameOf(row),
            PolicyValueKind.NameList => $"array of {SectionNouns.Of(row.RefersTo ?? PolicySection.Document)} names{items}",
            PolicyValueKind.MetadataMap => "array of objects: name to header name or `\"\"`",
            PolicyValueKind.StatusMap => $"array of objects: status 100..599 to state {range}",
            PolicyValueKind.ChoiceMap => $"array of objects: {NameOf(row)} to one of " +
                string.Join(" ", row.Choices.Select(static choice => $"`{choice}`")),
            PolicyValueKind.TextMap => $"array of objects: a name to {(row.Pattern.Length == 0 ? "a string" : row.PatternHelp)}",
            PolicyValueKind.Section => "array of objects",
            _ => "anything",
        };
    }

    private static string NameOf(PolicyAttributeInfo row) => row.RefersTo switch
    {
        PolicySection.Metadata => "name in `metadata`",
        PolicySection.Auth => "name of an auth scheme",
        _ => $"name of a {SectionNouns.Of(row.RefersTo ?? PolicySection.Document)}",
    };

    private static string ScopeOf(PolicyScopes scopes)
    {
        List<string> names = [];
        if (scopes.HasFlag(PolicyScopes.Client))
            names.Add("client");
        if (scopes.HasFlag(PolicyScopes.Server))
            names.Add("server");
        if (scopes.HasFlag(PolicyScopes.Proxy))
            names.Add("proxy");
        return names.Count == 0 ? "–" : string.Join(", ", names);
    }

    internal static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
