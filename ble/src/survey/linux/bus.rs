//! bluetoothd over the system bus.

use std::{collections::HashMap, env, fs};

use dbus::{
    Path,
    arg::{PropMap, prop_cast},
    blocking::{Connection, Proxy},
};

use super::{
    super::{Adapter, Advertising, Roles, Service, names},
    ONE_ANSWER,
    daemon::Process,
};

const BLUEZ: &str = "org.bluez";
/// The start of the device id that BlueZ shows unless it is told another.
const COMMON_DEVICE_ID: &str = "usb:v1D6Bp0246";

/// What the bus and bluetoothd said.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) service: Service,
    pub(super) process: Option<Process>,
    pub(super) adapters: Vec<Adapter>,
}

/// Asks. Each question is answered within [`ONE_ANSWER`], or not at all.
pub(super) fn ask() -> Answer {
    let nothing = |service| Answer { service, process: None, adapters: Vec::new() };
    let connection = match Connection::new_system() {
        Ok(connection) => connection,
        Err(error) if is_denied(&error) => return nothing(Service::Forbidden),
        Err(_) => return nothing(Service::NoBus),
    };
    // Whoever speaks to a service that does not run may start it: so the bus itself is asked first.
    let owner = process(&connection);
    match owner {
        Ok(Some(process)) => match objects(&connection) {
            Ok(objects) => Answer {
                service: Service::Answers(None),
                process: Some(process),
                adapters: adapters(&objects),
            },
            Err(service) => Answer { process: Some(process), ..nothing(service) },
        },
        Ok(None) => nothing(Service::NotRunning),
        Err(service) => nothing(service),
    }
}

type Objects = HashMap<Path<'static>, HashMap<String, PropMap>>;

fn process(connection: &Connection) -> Result<Option<Process>, Service> {
    let bus = Proxy::new("org.freedesktop.DBus", "/org/freedesktop/DBus", ONE_ANSWER, connection);
    let interface = "org.freedesktop.DBus";
    let (runs,): (bool,) =
        bus.method_call(interface, "NameHasOwner", (BLUEZ,)).map_err(|error| failed(&error))?;
    if !runs {
        return Ok(None);
    }
    let (id,): (u32,) =
        bus.method_call(interface, "GetConnectionUnixProcessID", (BLUEZ,)).map_err(|error| failed(&error))?;
    Ok(Some(Process::of(id)))
}

fn objects(connection: &Connection) -> Result<Objects, Service> {
    let bluez = Proxy::new(BLUEZ, "/", ONE_ANSWER, connection);
    let objects = bluez.method_call("org.freedesktop.DBus.ObjectManager", "GetManagedObjects", ());
    objects.map(|(objects,): (Objects,)| objects).map_err(|error| failed(&error))
}

fn failed(error: &dbus::Error) -> Service {
    if is_denied(error) { Service::Forbidden } else { Service::Silent }
}

fn is_denied(error: &dbus::Error) -> bool {
    error.name() == Some("org.freedesktop.DBus.Error.AccessDenied")
}

fn adapters(objects: &Objects) -> Vec<Adapter> {
    let (hosts, users) = (host_names(), user_names());
    let adapter = |(path, interfaces): (&Path<'static>, &HashMap<String, PropMap>)| {
        let name = path.strip_prefix("/org/bluez/")?.to_owned();
        let properties = interfaces.get("org.bluez.Adapter1")?;
        let text = |key| prop_cast::<String>(properties, key);
        let shown_name = text("Alias").map(|alias| names::judge(alias, &hosts, &users));
        Some(Adapter {
            name,
            powered: prop_cast(properties, "Powered").copied(),
            roles: roles(properties),
            advertising: interfaces.get("org.bluez.LEAdvertisingManager1").and_then(advertising),
            shown_name,
            common_device_id: text("Modalias").map(|id| id.starts_with(COMMON_DEVICE_ID)),
            ..Adapter::default()
        })
    };
    objects.iter().filter_map(adapter).collect()
}

fn roles(properties: &PropMap) -> Option<Roles> {
    let roles: &Vec<String> = prop_cast(properties, "Roles")?;
    let has = |role: &str| roles.iter().any(|known| known == role);
    Some(Roles { central: has("central"), peripheral: has("peripheral") })
}

fn advertising(properties: &PropMap) -> Option<Advertising> {
    let number = |key| prop_cast::<u8>(properties, key).copied();
    Some(Advertising { used: number("ActiveInstances")?, free: number("SupportedInstances")? })
}

/// Names of this machine that an adapter's name may hold.
fn host_names() -> Vec<String> {
    let read = |file| fs::read_to_string(file).unwrap_or_default();
    let host = read("/proc/sys/kernel/hostname").trim().to_owned();
    let first = host.split('.').next().unwrap_or_default().to_owned();
    let pretty = read("/etc/machine-info");
    let pretty = pretty.lines().find_map(|line| line.strip_prefix("PRETTY_HOSTNAME="));
    [host, first, pretty.unwrap_or_default().trim_matches('"').to_owned()].into()
}

/// Names of whoever runs this program: the login name, and the words of the full name.
fn user_names() -> Vec<String> {
    let Ok(login) = env::var("USER").or_else(|_| env::var("LOGNAME")) else { return Vec::new() };
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let account = accounts.lines().find(|line| line.split(':').next() == Some(&login));
    let full = account.and_then(|line| line.split(':').nth(4)).and_then(|gecos| gecos.split(',').next());
    let words = full.unwrap_or_default().split_whitespace().map(str::to_owned);
    words.chain([login.clone()]).collect()
}

#[cfg(test)]
mod tests {
    use dbus::arg::{RefArg, Variant};

    use super::{super::super::ShownName, *};

    fn properties(list: Vec<(&str, Box<dyn RefArg>)>) -> PropMap {
        list.into_iter().map(|(key, value)| (key.to_owned(), Variant(value))).collect()
    }

    #[test]
    fn an_adapter_is_read_from_its_properties_and_devices_are_passed_over() {
        let adapter = properties(vec![
            ("Powered", Box::new(true)),
            ("Alias", Box::new("BlueZ 5.66".to_owned())),
            ("Modalias", Box::new("usb:v1D6Bp0246d0542".to_owned())),
            ("Roles", Box::new(vec!["central".to_owned(), "peripheral".to_owned()])),
        ]);
        let manager =
            properties(vec![("ActiveInstances", Box::new(1u8)), ("SupportedInstances", Box::new(4u8))]);
        let objects: Objects = [
            (
                Path::from("/org/bluez/hci0"),
                HashMap::from([
                    ("org.bluez.Adapter1".to_owned(), adapter),
                    ("org.bluez.LEAdvertisingManager1".to_owned(), manager),
                ]),
            ),
            (
                Path::from("/org/bluez/hci0/dev_1"),
                HashMap::from([("org.bluez.Device1".to_owned(), PropMap::new())]),
            ),
        ]
        .into();
        let expected = Adapter {
            name: "hci0".into(),
            powered: Some(true),
            roles: Some(Roles { central: true, peripheral: true }),
            advertising: Some(Advertising { used: 1, free: 4 }),
            shown_name: Some(ShownName::Common),
            common_device_id: Some(true),
            ..Adapter::default()
        };
        assert_eq!(adapters(&objects), [expected]);
    }
}
