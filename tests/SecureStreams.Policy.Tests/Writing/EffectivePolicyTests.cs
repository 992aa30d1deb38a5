using SecureStreams.Policy.Tests.Layers;
using SecureStreams.Policy.Tests.Properties;
using SecureStreams.TestSupport.Approval;
using SecureStreams.TestSupport.Repository;
using Xunit;

namespace SecureStreams.Policy.Tests.Writing;

/// <summary>What is told of the policy that holds for a part.</summary>
public sealed class EffectivePolicyTests
{
    private static readonly string Folder = RepoPaths.Combine("tests", "SecureStreams.Policy.Tests", "Writing");

    private const string Base = """
        {
          "release": "1", "via-socks5": "me:hunter2@proxy.example:1080",
          "retry": [ { "default": { "backoff": [1000, 2000], "conceal": 3 } } ],
          "certs": [ { "root": "MII..." }, { "other": "MII..." } ],
          "trust_stores": [ { "name": "store", "stack": ["root", "other"] } ],
          "auth": [ { "name": "token", "blob": 2 } ],
          "s": [
            { "mintest": { "endpoint": "https://me:hunter2@${region}.example", "port": 443, "protocol": "h2", "tls": true, "tls_trust_store": "store",
                "retry": "default", "metadata": [ { "region": "" }, { "kind": "x-kind:" } ], "use_auth": "token", "http_auth_preamble": "Bearer ",
                "http_resp_map": [ { "404": 1404 } ], "plugins": [], "timeout_ms": 0 } },
            { "implied": { "endpoint": "a.example", "http_auth_header": "authorization" } },
            { "listener": { "server": true, "port": 80 } }
          ]
        }
        """;

    private const string Overlay = """
        { "retry": [ { "default": { "conceal": 5, "jitterpc": 0 } } ],
          "s": [ { "mintest": { "port": 8443, "metadata": [ { "kind": "x-sort" } ] } } ] }
        """;

    [Fact]
    public void Each_stated_value_is_shown_with_its_place() => Approved.File(Of("mintest", all: false).ToText(), Path.Combine(Folder, "effective.verified.txt"));

    [Fact]
    public void With_all_defaults_are_shown_too() => Approved.File(Of("mintest", all: true).ToText(), Path.Combine(Folder, "effective-all.verified.txt"));

    [Fact]
    public void As_json_it_has_the_documented_shape() => Approved.File(JsonTexts.Of(Of("mintest", all: false).WriteJson) + "\n", Path.Combine(Folder, "effective.verified.json"));

    [Fact]
    public void Every_part_has_a_table() => Approved.File(
        string.Join('\n', new PolicyPart[]
        {
            Model().Document, Model().Retries["default"], Model().TrustStores["store"], Model().Auths["token"], Model().Certificates["root"], Model().StreamTypes["implied"],
            Model().StreamTypes["listener"],
        }.Select(static part => EffectivePolicy.Of(part).ToText())),
        Path.Combine(Folder, "effective-parts.verified.txt"));

    /// <summary>What is stated is named with file, line and column, whatever it comes through.</summary>
    [Fact]
    public void No_stated_value_lacks_its_place()
    {
        var policy = Of("mintest", all: true);
        var values = Flat(policy).ToList();
        Assert.All(values, static value => Assert.Equal(value.IsStated, value.Location is not null));
        Assert.Equal(
            ["metadata region base", "metadata kind o1", "http_resp_map 404 base"],
            values.Where(static value => value.Key is not null).Select(static value => $"{value.Attribute!.Name} {value.Key} {value.Location!.Value.File}"));
        Assert.Equal(
            ["backoff base(3,40)", "conceal o1(1,40)", "jitterpc o1(1,55)"],
            values.Single(static value => value.Attribute?.Name == "retry").Parts.Single().Values.Where(static value => value.IsStated).Select(static value => $"{value.Attribute!.Name} {value.Location}"));
    }

    [Fact]
    public void Only_what_is_meant_for_its_role_and_protocol_is_shown_beside_what_is_stated()
    {
        string[] client = [.. Of("mintest", all: true).Values.Select(static value => value.Attribute!.Name)];
        string[] server = [.. Of("listener", all: true).Values.Select(static value => value.Attribute!.Name)];
        Assert.Contains("http_method", client);
        Assert.Contains("plugins", client);
        Assert.All(["mqtt_topic", "ws_binary", "max_connections", "urgent_tx"], name => Assert.DoesNotContain(name, client));
        Assert.All(["max_connections", "ws_subprotocol", "server"], name => Assert.Contains(name, server));
        Assert.All(["retry", "opportunistic", "plugins", "proxy_buflen"], name => Assert.DoesNotContain(name, server));
    }

    private static IEnumerable<EffectiveValue> Flat(EffectivePolicy policy) => policy.Values.SelectMany(static value => value.Parts.SelectMany(Flat).Prepend(value));

    private static EffectivePolicy Of(string streamType, bool all) => EffectivePolicy.Of(Model().StreamTypes[streamType], all);

    private static PolicyModel Model() => Layered.Load(Base, Overlay).Model!;
}
