using Xunit;

namespace SecureStreams.Policy.Tests.Schema;

/// <summary>The schema, as a validator of somebody else reads it, and the loader say the same, at the same place.</summary>
public sealed class AgreementTests
{
    /// <summary>Documents whose structure is wrong, each with the JSON pointer of the mistake.</summary>
    private static readonly (string Document, string Place)[] WrongStructures =
    [
        ("[]", ""),
        ("5", ""),
        ("""{"S": []}""", "/S"),
        ("""{"streamtypes": []}""", "/streamtypes"),
        ("""{"s": {"a": {"endpoint": "b"}}}""", "/s"),
        ("""{"s": [5]}""", "/s/0"),
        ("""{"s": ["a"]}""", "/s/0"),
        ("""{"s": [{"a": 5}]}""", "/s/0/a"),
        ("""{"s": [{"": {"endpoint": "b"}}]}""", "/s/0/"),
        ("""{"s": [{"a": {"endpoint": "b", "prot": 80}}]}""", "/s/0/a/prot"),
        ("""{"s": [{"a": {"endpoint": "b"}}, {"x_c": {"Port": 80, "endpoint": "b"}}]}""", "/s/1/x_c/Port"),
        ("""{"retry": {"a": {}}}""", "/retry"),
        ("""{"retry": [{"a": [1000]}]}""", "/retry/0/a"),
        ("""{"certs": [{"a": 5}]}""", "/certs/0/a"),
        ("""{"certs": [{"": "AA=="}]}""", "/certs/0/"),
        ("""{"trust_stores": [["a"]]}""", "/trust_stores/0"),
        ("""{"trust_stores": [{"a": "b"}]}""", "/trust_stores/0/a"),
        ("""{"trust_stores": [{"": []}]}""", "/trust_stores/0/"),
        ("""{"trust_stores": [{"name": "a", "stak": []}]}""", "/trust_stores/0/stak"),
        ("""{"auth": [{}]}""", "/auth/0"),
        ("""{"auth": ["a"]}""", "/auth/0"),
        ("""{"metrics": [5]}""", "/metrics/0"),
    ];

    /// <summary>What an overlay may look like: parts, and null for what is to go.</summary>
    private static readonly string[] Overlays =
    [
        "{}",
        """{"$schema": "schema.json", "x_why": 5}""",
        """{"s": [{"a": {"port": 1}}]}""",
        """{"s": [{"a": null, "$remark": 5}, null, {}]}""",
        """{"s": null, "retry": null, "certs": null, "trust_stores": null, "auth": null, "metrics": null}""",
        """{"retry": [{"a": null}], "certs": [{"a": null}], "trust_stores": [{"a": null}, null], "auth": [null], "metrics": [null]}""",
        """{"trust_stores": [{"name": "a", "stack": null}, {"name": []}, {"name": "b"}, {"a": [], "x_b": []}]}""",
    ];

    [Fact]
    public Task Each_attribute_is_taken_and_refused_alike() => AssertAgreementAsync(AttributeCases.All());

    [Fact]
    public Task Wrong_structures_are_refused_alike() =>
        AssertAgreementAsync(WrongStructures.Select(static one => new SchemaCase(one.Document, one.Document, one.Place)));

    [Fact]
    public Task Overlays_are_taken_alike() => AssertAgreementAsync(Overlays.Select(static text => new SchemaCase(text, text, null)));

    private static async Task AssertAgreementAsync(IEnumerable<SchemaCase> cases)
    {
        var all = cases.ToList();
        var answers = await SchemaValidator.AskAsync(SchemaFileTests.SchemaFile, all.ToDictionary(static one => one.Name, static one => one.Document));
        Assert.Empty(answers[SchemaValidator.TheSchema]);
        Assert.Equal("", string.Join("\n", all.SelectMany(one => Complaints(one, answers[one.Name]))));
    }

    private static IEnumerable<string> Complaints(SchemaCase one, SchemaFinding[] answer)
    {
        var objections = LoaderVerdict.ObjectionsTo(one.Document);
        var schema = $"{one.Name}: the schema says {(answer.Length == 0 ? "nothing" : string.Join("; ", answer.AsEnumerable()))}";
        var loader = $"{one.Name}: the loader says {(objections.Count == 0 ? "nothing" : string.Join("; ", objections))}";
        if (one.WrongAt is not { } place)
        {
            if (answer.Length > 0)
                yield return schema;
            if (objections.Count > 0)
                yield return loader;
            yield break;
        }

        if (!answer.Any(finding => finding.Pointer == place))
            yield return schema + $", nothing at {place}";

        // A record without a usable name is told at the record, because the name may not be there.
        if (!objections.Any(finding => LoaderVerdict.PointerOf(finding) is var at && (at == place || (finding.Id == "SSP0205" && place == at + "/name"))))
            yield return loader + $", nothing at {place}";
    }
}
