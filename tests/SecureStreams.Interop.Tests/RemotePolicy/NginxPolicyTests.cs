using System.Security.Cryptography;
using System.Text;
using SecureStreams.Interop.Tests.Mqtt;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.RemotePolicy;

/// <summary>nginx as the server of signed, static policies: 304 by ETag, also after a restart; gone at the start; back again.</summary>
public class NginxPolicyTests
{
    [Fact]
    public async Task Etag_restart_outage_and_return()
    {
        await using var nginx = new PolicyNginx();
        using var folder = new TemporaryDirectory();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var builtIn = PolicyServer.PolicyText(nginx.Port, 1, $"\"policy_keys\": [{{ \"ops\": \"{Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}\" }}], ");
        Publish(2);
        await nginx.StartAsync();
        await using (var context = Begin())
        {
            await FetchAsync(context);
            Assert.Equal((2L, SsRemotePolicySource.Network, true), Status(context));
            Assert.Equal(SsRemotePolicyOutcome.Unchanged, (await FetchAsync(context)).Outcome);
        }

        await nginx.WaitForRequestsAsync(2);
        var requests = nginx.Requests;
        Assert.Equal(("200", "-"), (requests[0][0], requests[0][1]));
        Assert.Equal(("304", requests[0][2]), (requests[1][0], requests[1][1]));

        // After a restart the server is asked by the ETag that was kept.
        var before = nginx.Requests.Count;
        await using (var context = Begin())
        {
            Assert.Equal((2L, SsRemotePolicySource.Disk, true), Status(context));
            Assert.Equal(SsRemotePolicyOutcome.Unchanged, (await FetchAsync(context)).Outcome);
        }

        Assert.All(nginx.Requests.Skip(before), static one => Assert.Equal("304", one[0]));

        await nginx.StopAsync();
        await using (var context = Begin())
        {
            Assert.Equal((2L, SsRemotePolicySource.Disk, true), Status(context));
            Assert.Equal((SsRemotePolicyOutcome.Failed, SsRemotePolicyStage.Fetch), await FetchAsync(context) is var failed ? (failed.Outcome, failed.Stage) : default);
            Assert.Equal((2L, SsRemotePolicySource.Disk, true), Status(context));

            Publish(3);
            await nginx.StartAsync();
            var back = await FetchAsync(context);
            Assert.True(back.Outcome is SsRemotePolicyOutcome.Applied or SsRemotePolicyOutcome.Unchanged, $"{back}");
            Assert.Equal((3L, SsRemotePolicySource.Network, true), Status(context));
        }

        void Publish(int revision)
        {
            var policy = Encoding.UTF8.GetBytes(PolicyServer.PolicyText(nginx.Port, revision));
            nginx.Publish("policy.json.jws", SsPolicySignatures.Sign(policy, key, "ops"), revision);
            nginx.Publish("policy.json", policy, revision);
        }

        LocalContext Begin() => SsContext.FromJson(builtIn, new SsContextOptions { StateFolder = Path.Combine(folder.Path, "state"), RemotePolicy = new SsRemotePolicyOptions() });
    }

    private static (long? Revision, SsRemotePolicySource Source, bool Stored) Status(LocalContext context) =>
        context.RemotePolicy!.Status is var status ? (status.Revision, status.Source, status.Stored) : default;

    private static Task<SsRemotePolicyResult> FetchAsync(LocalContext context) => context.RemotePolicy!.RefreshAsync().OrFail(static () => "The fetch does not end.");
}
