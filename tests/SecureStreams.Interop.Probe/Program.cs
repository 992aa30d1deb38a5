using System.Globalization;
using SecureStreams.Interop.Probe;
using SecureStreams.Interop.Probe.Crowds;

switch (args)
{
    case ["serve", var address]:
        await ServeCommand.RunAsync(address);
        return 0;

    case ["transfer", var request]:
        return await TransferCommand.RunAsync(request);

    case ["flow", var request]:
        await FlowCommand.RunAsync(request);
        return 0;

    case ["mqtt-broker", var port, var journal]:
        await MqttBrokerCommand.RunAsync(int.Parse(port, CultureInfo.InvariantCulture), journal);
        return 0;

    case ["crowd-serve", var ping]:
        await CrowdServeCommand.RunAsync(ping);
        return 0;

    case ["crowd", var port, var ping]:
        await CrowdCommand.RunAsync(port, ping);
        return 0;

    case ["remote-policy", var port, var state]:
        await RemotePolicyCommand.RunAsync(int.Parse(port, CultureInfo.InvariantCulture), state);
        return 0;

    default:
        Console.Error.WriteLine("Usage: serve ADDRESS | transfer JSON | flow JSON | mqtt-broker PORT JOURNAL | crowd-serve PING_SECONDS | crowd PORT PING_SECONDS | remote-policy PORT FOLDER");
        return 2;
}
