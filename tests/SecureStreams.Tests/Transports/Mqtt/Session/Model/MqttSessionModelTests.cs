using System.Globalization;

namespace SecureStreams.Tests.Transports.Mqtt.Session.Model;

/// <summary>
/// Walks by chance through a small world: at least once for QoS 1, exactly once for QoS 2, order for each topic, and nothing left behind, however connections are cut and processes die.
/// </summary>
public sealed class MqttSessionModelTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(ModelFaults.None)]
    [InlineData(ModelFaults.Refusals)]
    [InlineData(ModelFaults.Crashes)]
    [InlineData(ModelFaults.Crashes | ModelFaults.Refusals)]
    [InlineData(ModelFaults.Forgetting)]
    [InlineData(ModelFaults.Crashes | ModelFaults.Forgetting)]
    public void What_was_promised_holds_in_every_walk(ModelFaults faults)
    {
        var only = int.TryParse(Environment.GetEnvironmentVariable("SS_TEST_SEED"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var given) ? given : (int?)null;
        var walks = only is not null ? 1 : Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 100_000 : 3_000;
        var (cuts, crashes) = (0L, 0L);
        for (var walk = 0; walk < walks; walk++)
        {
            var seed = only ?? walk;
            try
            {
                var world = ModelWorld.Run(seed, faults);
                cuts += world.Cuts;
                crashes += world.Crashes;
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"{faults}, SS_TEST_SEED={seed}: {error.Message}", error);
            }
        }

        output.WriteLine($"{faults}: {walks} walks, {cuts} cuts, {crashes} crashes");
        Assert.True(only is not null || cuts > walks, "Walks without cuts would prove nothing.");
        Assert.True(only is not null || !faults.HasFlag(ModelFaults.Crashes) || crashes > walks, "Walks without crashes would prove nothing.");
    }
}
