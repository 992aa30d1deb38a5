using SecureStreams.Core;
using SecureStreams.Policy;

namespace SecureStreams.Tests.Core;

/// <summary>Which streamtypes fail together.</summary>
public sealed class FailureDomainKeyTests
{
    /// <summary>A broker that refuses one user has nothing against another.</summary>
    [Theory]
    [InlineData("\"mqtt_username_blob\": \"other.user\"", false)]
    [InlineData("\"mqtt_password_blob\": \"other.password\"", false)]
    [InlineData("\"mqtt_client_id\": \"other\"", false)]
    [InlineData("\"port\": 2", false)]
    [InlineData("\"mqtt_topic\": \"b\", \"mqtt_queue_bytes\": 5", true)]
    public void Another_identity_at_a_broker_is_another_domain(string stated, bool isSame)
    {
        const string Common = "\"endpoint\": \"broker.example\", \"protocol\": \"mqtt\"";
        var one = KeyOf($"{{ {Common}, \"port\": 1, \"mqtt_topic\": \"a\" }}");
        var other = KeyOf($"{{ {Common}, {(stated.Contains("port", StringComparison.Ordinal) ? "" : "\"port\": 1, ")}{(stated.Contains("topic", StringComparison.Ordinal) ? "" : "\"mqtt_topic\": \"a\", ")}{stated} }}");
        Assert.Equal(isSame, one == other);
    }

    private static FailureDomainKey KeyOf(string stream)
    {
        var policy = PolicyLoader.Load(System.Text.Encoding.UTF8.GetBytes($"{{ \"s\": [ {{ \"one\": {stream} }} ] }}"), "policy.json").Model!.StreamTypes["one"];
        return FailureDomainKey.Of(policy, new MetadataStore(policy));
    }
}
